/**
 * What a set of modules reaches: local files and packages, links between packages, installed packages.
 *
 * Four strengths of reaching. `imported`: evaluated with the modules that were asked for; what cannot be found is an error.
 * `certain`: by literal specifiers from those, of `import()` and `require` as well, which the code may try and do without; local
 * modules have to be sound all the same. `possible`: a computed specifier may name it; it ships with what it needs, and its mistakes
 * wait until it runs. `named`: a reached package's package.json names it; it ships with the local files it needs and asks for nothing.
 */
import path from 'node:path'
import { ModulePickleError } from '../../errors.ts'
import { isPathSpecifier, type DeferredImport } from '../../cloudpickle/source/resolve.ts'
import type { Disk } from './disk.ts'
import { explainMissing, namesFileOrPackage } from './missing-import.ts'
import { locationOf } from './module-text.ts'
import { isModuleText, outputPath } from './output-path.ts'
import { listNamedFiles } from './package-files.ts'
import { packageOf, posixRelative } from './project.ts'
import type { Scanned, Scanner } from './scanner.ts'
import { isSecret } from '../objects/secrets.ts'
import type { Target } from './targets.ts'

type Strength = 'imported' | 'certain' | 'possible' | 'named'

export interface Reached {
  readonly files: ReadonlySet<string>
  /** Those of them that came with all that they import. */
  readonly certain: ReadonlySet<string>
  /** Directories of the local packages that own them. */
  readonly packages: ReadonlySet<string>
  /** `node_modules` entry to the local directory it leads to. */
  readonly localLinks: ReadonlyMap<string, string>
  /** `node_modules` entry to the directory of an installed package. */
  readonly packageLinks: ReadonlyMap<string, string>
  /** A file, or the directory of an installed package, to the file through which it was first found. */
  readonly foundThrough: ReadonlyMap<string, string>
}

const testFile = /\.(?:test|spec)\.[cm]?[jt]sx?$/

export class ModuleGraph implements Reached {
  readonly files = new Set<string>()
  readonly certain = new Set<string>()
  readonly packages = new Set<string>()
  readonly localLinks = new Map<string, string>()
  readonly packageLinks = new Map<string, string>()
  readonly foundThrough = new Map<string, string>()
  readonly #root: string
  readonly #disk: Disk
  readonly #scanner: Scanner
  readonly #takesDeclared: boolean
  readonly #open: Record<Strength, string[]> = {
    imported: [],
    certain: [],
    possible: [],
    named: [],
  }
  readonly #owners = new Map<string, string>()

  /** With `takesDeclared`, imports that may name any package bring all that are declared. */
  constructor(root: string, disk: Disk, scanner: Scanner, takesDeclared: boolean) {
    this.#root = root
    this.#disk = disk
    this.#scanner = scanner
    this.#takesDeclared = takesDeclared
  }

  /**
   * Follows `modules`, real paths below the root, to the end.
   * @throws ModulePickleError ERR_MODULE_NOT_FOUND, ERR_MODULE_OUTSIDE_ROOT, ERR_MODULE_UNREADABLE, ERR_SECRET_REACHED
   */
  follow(modules: Iterable<string>, deferred: readonly DeferredImport[] = []): Reached {
    this.#open.imported.push(...modules)
    for (const request of deferred) this.#followDeferred(this.#scanner.targetOf(request), request.file)
    const seenPackages = new Set<string>()
    for (;;) {
      const strength = this.#nextStrength()
      if (strength !== undefined) this.#visit(this.#open[strength].pop() ?? '', strength)
      else if (!this.#openNamedFiles(seenPackages)) return this
    }
  }

  #nextStrength(): Strength | undefined {
    const order: readonly Strength[] = ['imported', 'certain', 'possible', 'named']
    return order.find(strength => this.#open[strength].length > 0)
  }

  /** Opens what the package.json of each newly reached package names; false when there is none. */
  #openNamedFiles(seenPackages: Set<string>): boolean {
    const fresh = [...this.packages].filter(directory => !seenPackages.has(directory))
    for (const directory of fresh) {
      seenPackages.add(directory)
      const named = listNamedFiles(this.#root, directory, this.#disk)
      const names = path.join(directory, 'package.json')
      for (const file of named) if (!isShadowedByTypeScript(file, this.#disk)) this.#openFile(file, names, 'named')
    }
    return fresh.length > 0
  }

  #visit(file: string, strength: Strength): void {
    if (this.files.has(file)) return
    const relative = posixRelative(this.#root, file)
    if (isSecret(relative)) {
      if (strength === 'named') return
      throw new ModulePickleError(
        'ERR_SECRET_REACHED',
        `${relative} is reached by code, and files of that name never ship because they hold secrets. Pass the value as an argument, or read it from the environment on the other end.`,
      )
    }
    this.files.add(file)
    if (isCertain(strength)) this.certain.add(file)
    const directory = this.#ownerOf(file)
    if (strength !== 'named') this.packages.add(directory)
    const scanned = this.#scanner.scan(file)
    if (isCertain(strength) && scanned.failure !== undefined) throw scanned.failure
    for (const [index, target] of scanned.targets.entries()) {
      if (strength === 'named') this.#followNamed(target, directory, file)
      else this.#followTarget(target, file, scanned, index, strength)
    }
  }

  #ownerOf(file: string): string {
    const directory = path.dirname(file)
    const owner = this.#owners.get(directory) ?? packageOf(this.#root, file, this.#disk)
    this.#owners.set(directory, owner)
    return owner
  }

  #openFile(file: string, through: string, strength: Strength): void {
    this.#open[strength].push(file)
    if (!this.foundThrough.has(file)) this.foundThrough.set(file, through)
  }

  #followNamed(target: Target, directory: string, file: string): void {
    const isOwn = target.kind === 'local' && this.#ownerOf(target.file) === directory
    if (isOwn && !isSecret(posixRelative(this.#root, target.file))) this.#openFile(target.file, file, 'named')
  }

  /** What leads nowhere fails when it is imported, as it would here. */
  #followDeferred(target: Target, file: string): void {
    if (target.kind === 'installed') this.#need(target, file)
    if (target.kind === 'local') this.#openLocal(target, file, 'certain')
    if (target.kind === 'computed' || target.kind === 'declared') this.#followComputed(target, file)
  }

  #followComputed(target: Target & { kind: 'computed' | 'declared' }, file: string): void {
    if (target.kind === 'computed') {
      for (const found of this.#matching(target.directory, target.pattern)) this.#openFile(found, file, 'possible')
    } else if (this.#takesDeclared) {
      for (const each of target.targets) {
        if (each.kind === 'installed') this.#need(each, file)
        if (each.kind === 'local') this.#openLocal(each, file, 'possible')
      }
    }
  }

  #openLocal(target: Target & { kind: 'local' }, file: string, strength: Strength): void {
    this.#openFile(target.file, file, strength)
    if (!target.link) return
    this.localLinks.set(target.link.place, target.link.directory)
    this.packages.add(target.link.directory)
  }

  #need({ directory, place }: Target & { kind: 'installed' }, file: string): void {
    this.packageLinks.set(place, directory)
    if (!this.foundThrough.has(directory)) this.foundThrough.set(directory, file)
  }

  #followTarget(target: Target, file: string, scanned: Scanned, index: number, strength: Strength): void {
    switch (target.kind) {
      case 'local':
        this.#openLocal(target, file, strength === 'imported' && !isStatic(scanned, index) ? 'certain' : strength)
        break
      case 'installed':
        this.#need(target, file)
        break
      case 'computed':
      case 'declared':
        this.#followComputed(target, file)
        break
      case 'outside':
        if (isCertain(strength)) throw this.#outside(target.file, file, scanned, index)
        break
      case 'unresolved':
        if (isCertain(strength)) this.#checkMissing(file, scanned, index, strength)
        break
      case 'elsewhere':
        break
    }
  }

  /** Files that a computed specifier can mean, by their own names or those of their outputs. */
  #matching(directory: string, pattern: RegExp): string[] {
    const found: string[] = []
    const open = [...directoriesOf(directory, pattern)]
    for (let current = open.pop(); current !== undefined; current = open.pop()) {
      if (!this.#disk.isDirectory(current)) continue
      for (const entry of this.#disk.list(current)) {
        const file = path.join(current, entry.name)
        if (entry.kind === 'directory' && entry.name !== 'node_modules' && entry.name !== '.git') open.push(file)
        if (entry.kind !== 'file' || testFile.test(file) || !(isModuleText(file) || file.endsWith('.json'))) continue
        const relative = posixRelative(directory, file)
        if (isSecret(posixRelative(this.#root, file))) continue
        if (spellingsOf(relative).some(spelling => pattern.test(spelling))) found.push(file)
      }
    }
    return found
  }

  /** A package that is missing is missed only when the module is sure to be evaluated: optional ones are imported in a `try`. */
  #checkMissing(file: string, scanned: Scanned, index: number, strength: Strength): void {
    const { module } = scanned
    const request = module?.requests[index]
    const { specifier } = request ?? {}
    if (!module || !request || specifier === undefined || !isStatic(scanned, index)) return
    if (strength === 'imported' ? !namesFileOrPackage(specifier) : !isPathSpecifier(specifier)) return
    const where = locationOf(posixRelative(this.#root, file), module, request)
    const reason = explainMissing(this.#root, file, specifier, this.#disk)
    throw new ModulePickleError('ERR_MODULE_NOT_FOUND', `${where} imports ${JSON.stringify(specifier)}, ${reason}`)
  }

  #outside(outside: string, file: string, { module }: Scanned, index: number): ModulePickleError {
    const request = module?.requests[index]
    const relative = posixRelative(this.#root, file)
    const where = module && request ? locationOf(relative, module, request) : relative
    return new ModulePickleError(
      'ERR_MODULE_OUTSIDE_ROOT',
      `${where} imports ${outside}, which is outside the project ${this.#root}. Move it inside, make both part of one workspace, or install it as a package.`,
    )
  }
}

function isCertain(strength: Strength): boolean {
  return strength === 'imported' || strength === 'certain'
}

/** Whether the request at `index` is met before any line of the module runs. */
function isStatic({ module }: Scanned, index: number): boolean {
  const kind = module?.requests[index]?.kind
  return kind === 'import' || kind === 'export'
}

/** How a specifier may name a file: itself, as compiled, without its extension, or by its directory. */
function spellingsOf(relative: string): string[] {
  const stem = relative.replace(/\.[^./]+$/, '')
  return [relative, outputPath(relative), stem, stem.replace(/\/index$/, '')]
}

/** Where to look for a pattern: the directory that its literal beginning names. */
function directoriesOf(directory: string, pattern: RegExp): string[] {
  const literal = /^\^((?:[^[\\]|\\.)*)/.exec(pattern.source)?.[1]?.replaceAll(/\\(.)/g, '$1') ?? ''
  return [path.resolve(directory, literal.slice(0, literal.lastIndexOf('/') + 1))]
}

/** A built `.js` that stands beside its source: the compiled source takes its place. */
function isShadowedByTypeScript(file: string, disk: Disk): boolean {
  const match = /^(.*)\.([cm]?)js$/.exec(file)
  return match !== null && ['ts', 'tsx'].some(ts => disk.isFile(`${match[1]}.${match[2]}${ts}`))
}
