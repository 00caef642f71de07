/**
 * What each request of a module leads to, seen from the project: a local file, an installed package, or nothing to ship.
 *
 * Input is a scanned module, output one target a request, in the same order. Nothing is loaded; nothing is an error here.
 */
import path from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { conditionsFor } from '../../cloudpickle/source/conditions.ts'
import { importTarget } from '../../cloudpickle/source/exports.ts'
import { installedFile, isInNodeModules } from '../../cloudpickle/source/installed-package.ts'
import type { ModuleRequest } from '../../cloudpickle/source/module-record.ts'
import { nearestPackage, type PackageJson } from '../../cloudpickle/source/package-json.ts'
import {
  findPackageDirectory,
  isPathSpecifier,
  resolveModule,
  splitPackageSpecifier,
  type DeferredImport,
  type ResolveMode,
} from '../../cloudpickle/source/resolve.ts'
import { computedPattern } from './computed.ts'
import type { Disk } from './disk.ts'
import type { ModuleText } from './module-text.ts'
import { isCompiled } from './output-path.ts'
import { isWithin, posixRelative } from './project.ts'
import type { TsConfigs } from './tsconfig.ts'

/** A link in `node_modules`: its path in the project, and the directory of the project that it leads to. */
interface LocalLink {
  readonly place: string
  readonly directory: string
}

export type Target =
  /** A file of the project. `isAlias`: only a tsconfig path leads there, which no Node knows. */
  | { readonly kind: 'local'; readonly file: string; readonly link?: LocalLink; readonly isAlias?: boolean }
  /** `place` is the `node_modules` entry, in the project, that leads to it. */
  | { readonly kind: 'installed'; readonly directory: string; readonly place: string }
  /** A computed specifier: whatever in `directory` has a path that matches. */
  | { readonly kind: 'computed'; readonly directory: string; readonly pattern: RegExp }
  /** A computed specifier that may name any package: those that the package.json files above declare, as far as they are there. */
  | { readonly kind: 'declared'; readonly targets: readonly Target[] }
  /** A file outside the project that is in no package. */
  | { readonly kind: 'outside'; readonly file: string }
  /** A builtin, the runtime of this project, something that is not a file. */
  | { readonly kind: 'elsewhere' }
  | { readonly kind: 'unresolved' }

const elsewhere: Target = { kind: 'elsewhere' }
const unresolved: Target = { kind: 'unresolved' }
/** The name of this package: shipped code gets the receiver's own. */
const runtimeName = 'modulepickle'

export class TargetFinder {
  readonly #root: string
  readonly #disk: Disk
  readonly #tsconfigs: TsConfigs
  /** Targets of bare specifiers: they depend on the importing file's directory only. */
  readonly #bare = new Map<string, Target>()
  /** By directory. */
  readonly #declared = new Map<string, readonly Target[]>()

  constructor(root: string, disk: Disk, tsconfigs: TsConfigs) {
    this.#root = root
    this.#disk = disk
    this.#tsconfigs = tsconfigs
  }

  /** The target of each request of the module in `file`. */
  targetsOf(file: string, module: ModuleText): readonly Target[] {
    return module.requests.map(request => this.#find(file, module, request))
  }

  /** What a specifier would lead to that is not in the text of a module, but in a function of `file` that travels by value. */
  targetOf({ file, parts, mode }: DeferredImport): Target {
    const [specifier] = parts
    return parts.length === 1 && specifier !== undefined
      ? this.#findModule(file, specifier, mode)
      : this.#findComputed(file, parts)
  }

  #find(file: string, module: ModuleText, request: ModuleRequest): Target {
    const { specifier } = request
    if (specifier === undefined) return this.#findComputed(file, request.parts, request.kind === 'url')
    if (request.kind === 'url') return this.#findUrl(file, specifier)
    const target = this.#findModule(file, specifier, modeOf(request, module))
    // What is only pointed at may be anywhere.
    return request.kind === 'resolve' && target.kind === 'outside' ? elsewhere : target
  }

  #findComputed(file: string, parts: ModuleRequest['parts'], isUrl = false): Target {
    const pattern = computedPattern(parts)
    if (pattern) return { kind: 'computed', directory: path.dirname(file), pattern }
    const isPath = parts[0] !== undefined && (isPathSpecifier(parts[0]) || /^[a-z]+:/i.test(parts[0]))
    return isUrl || isPath ? elsewhere : { kind: 'declared', targets: this.#declaredAbove(path.dirname(file)) }
  }

  #declaredAbove(directory: string): readonly Target[] {
    const known = this.#declared.get(directory)
    if (known) return known
    const file = path.join(directory, 'package.json')
    const above =
      directory === this.#root || !this.#isLocal(directory) ? [] : this.#declaredAbove(path.dirname(directory))
    const targets = declaredPackages(this.#disk.packageJson(directory)).map(name => this.#findDeclared(file, name))
    const found = [...targets.filter(target => target.kind === 'installed' || target.kind === 'local'), ...above]
    this.#declared.set(directory, found)
    return found
  }

  /** A package need not have an entry of its own: subpaths may be all that it has. */
  #findDeclared(file: string, name: string): Target {
    const entry = findPackageDirectory(name, file, this.#disk)
    if (entry === undefined) return unresolved
    const directory = this.#disk.realPath(entry)
    return this.#isLocal(directory) ? this.#findBare(file, name, 'import') : this.#installedAt(entry, directory, name)
  }

  #installedAt(entry: string, directory: string, name: string): Target & { kind: 'installed' } {
    const place = isWithin(entry, this.#root) ? posixRelative(this.#root, entry) : `node_modules/${name}`
    return { kind: 'installed', directory, place }
  }

  #findUrl(file: string, specifier: string): Target {
    if (/^[a-z][a-z0-9+.-]*:/i.test(specifier) && !specifier.startsWith('file:')) return elsewhere
    const target = pathOfUrl(specifier, file)
    if (target === undefined) return elsewhere
    if (this.#disk.isDirectory(target)) return elsewhere
    const resolution = resolveModule(target, file, 'require', this.#disk)
    return resolution?.kind === 'file' ? this.#locate(resolution.file) : unresolved
  }

  #findModule(file: string, specifier: string, mode: ResolveMode): Target {
    if (isPathSpecifier(specifier)) return this.#findPath(file, specifier, mode)
    if (specifier.startsWith('#')) return this.#findImportsEntry(file, specifier, mode)
    const alias = isCompiled(file) ? this.#findAlias(file, specifier) : undefined
    if (alias) return alias
    const key = `${mode} ${specifier} ${path.dirname(file)}`
    const target = this.#bare.get(key) ?? this.#findBare(file, specifier, mode)
    this.#bare.set(key, target)
    return target
  }

  #findPath(file: string, specifier: string, mode: ResolveMode): Target {
    const resolution = resolveModule(specifier, file, mode, this.#disk)
    return resolution?.kind === 'file' ? this.#locate(resolution.file) : unresolved
  }

  #findImportsEntry(file: string, specifier: string, mode: ResolveMode): Target {
    const owner = nearestPackage(file, this.#disk.packageJson)
    const target = owner && importTarget(owner.json.imports, specifier, conditionsFor(mode))
    if (owner === undefined || target === undefined) return unresolved
    const from = path.join(owner.directory, 'package.json')
    return target.startsWith('./') ? this.#findPath(from, target, mode) : this.#findBare(from, target, mode)
  }

  #findAlias(file: string, specifier: string): Target | undefined {
    for (const [pattern, replacements] of this.#tsconfigs.nearest(path.dirname(file)).paths) {
      const match = matchPattern(pattern, specifier)
      if (match === undefined) continue
      for (const replacement of replacements) {
        const resolution = resolveModule(
          replacement.replace('*', () => match),
          file,
          'require',
          this.#disk,
        )
        if (resolution?.kind !== 'file') continue
        const target = this.#locate(resolution.file)
        if (target.kind === 'local') return { ...target, isAlias: true }
      }
    }
    return undefined
  }

  #findBare(file: string, specifier: string, mode: ResolveMode): Target {
    const resolution = resolveModule(specifier, file, mode, this.#disk)
    const name = splitPackageSpecifier(specifier)?.name
    if (resolution?.kind === 'builtin' || name === undefined) return elsewhere
    if (resolution === undefined) return name === runtimeName ? elsewhere : unresolved
    const self = nearestPackage(file, this.#disk.packageJson)
    if (self?.json.name === name && isWithin(resolution.file, self.directory)) return this.#locate(resolution.file)
    if (name === runtimeName) return elsewhere
    const entry = findPackageDirectory(name, file, this.#disk)
    if (entry === undefined) return unresolved
    const directory = this.#disk.realPath(entry)
    const installed = this.#installedAt(entry, directory, name)
    if (!this.#isLocal(directory)) return installed
    return { kind: 'local', file: resolution.file, link: { place: installed.place, directory } }
  }

  /** A file that was reached by path. */
  #locate(file: string): Target {
    if (this.#isLocal(file)) return { kind: 'local', file }
    const entry = isInNodeModules(file) ? installedFile(file, this.#disk.packageJson)?.directory : undefined
    if (entry === undefined) return { kind: 'outside', file }
    const place = isWithin(entry, this.#root)
      ? posixRelative(this.#root, entry)
      : `node_modules/${path.basename(entry)}`
    return { kind: 'installed', directory: entry, place }
  }

  #isLocal(file: string): boolean {
    return isWithin(file, this.#root) && !isInNodeModules(path.relative(this.#root, file))
  }
}

/** What can be imported by name; types alone cannot. */
function declaredPackages(json: PackageJson | undefined): string[] {
  const fields = [json?.['dependencies'], json?.['optionalDependencies'], json?.['peerDependencies']]
  const names = new Set(fields.flatMap(field => Object.keys(Object(field) as object)))
  return [...names].filter(name => name !== runtimeName && !name.startsWith('@types/'))
}

/** undefined for a URL that no file can have: of another host, or with an encoded slash. */
function pathOfUrl(specifier: string, file: string): string | undefined {
  const base = pathToFileURL(file)
  if (!URL.canParse(specifier, base.href)) return undefined
  const url = new URL(specifier, base)
  return url.host !== '' || /%2f|%5c|%00/i.test(url.pathname) ? undefined : fileURLToPath(url)
}

/** How Node will resolve the specifier of a request. */
export function modeOf(request: ModuleRequest, module: ModuleText): ResolveMode {
  if (request.kind === 'require') return 'require'
  if (request.kind === 'dynamic' || request.kind === 'resolve' || request.kind === 'url') return 'import'
  return module.kind === 'script' ? 'require' : 'import'
}

/** What the `*` of a tsconfig path stands for; undefined where it does not fit. */
export function matchPattern(pattern: string, specifier: string): string | undefined {
  const [before = '', after] = pattern.split('*')
  if (after === undefined) return pattern === specifier ? '' : undefined
  const fits = specifier.startsWith(before) && specifier.endsWith(after) && specifier.length >= pattern.length - 1
  return fits ? specifier.slice(before.length, specifier.length - after.length) : undefined
}
