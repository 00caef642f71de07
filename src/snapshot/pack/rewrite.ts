/**
 * The text of a module as it ships: specifiers that Node can resolve in the snapshot, then helper lines, then its map.
 *
 * Literal specifiers change only where they would lead somewhere else; line numbers never change.
 */
import path from 'node:path'
import { applyEdits, type Edit } from '../../cloudpickle/source/edit.ts'
import { exportTarget, importTarget } from '../../cloudpickle/source/exports.ts'
import type { ModuleRequest } from '../../cloudpickle/source/module-record.ts'
import { nearestPackage, type ReadPackageJson } from '../../cloudpickle/source/package-json.ts'
import type { SourceKind } from '../../cloudpickle/source/parse.ts'
import { blankFlag } from '../../cloudpickle/source/private-access.ts'
import { isPathSpecifier, splitPackageSpecifier } from '../../cloudpickle/source/resolve.ts'
import { bindingTable } from './binding-table.ts'
import type { ModuleText } from './module-text.ts'
import { outputPath } from './output-path.ts'
import { shippedPackageJson } from './package-json.ts'
import { posixRelative } from './project.ts'
import { modeOf, type Target } from './targets.ts'

interface Place {
  readonly root: string
  /** Below `root`. */
  readonly relative: string
  readonly read: ReadPackageJson
}

/** The changes to `module`, the file at `relative` below `root`. `targets` has one entry a request. */
export function editsOf(
  root: string,
  relative: string,
  module: ModuleText,
  targets: readonly Target[],
  read: ReadPackageJson,
): readonly Edit[] {
  const place = { root, relative, read }
  const helper = helperName(module.code)
  const forRequests = module.requests.flatMap((request, index) => {
    const target = targets[index]
    if (request.specifier === undefined) return mayMeetTypeScript(request, module) ? wrap(request, helper) : []
    return target?.kind === 'local' ? editsFor(place, module, request, target) : []
  })
  return [...module.privateAccess, ...forRequests]
}

export function shippedText(module: ModuleText, edits: readonly Edit[]): string {
  const helper = helperName(module.code)
  const text = applyEdits(module.code, edits)
  const lines = [text]
  if (edits.some(edit => edit.text.startsWith(helper))) lines.push(helperFunction(helper, module.kind))
  const table = bindingTable(module.declarations, module.kind)
  if (table !== undefined) lines.push(table)
  if (module.privateAccess.length > 0) lines.push(`;var ${blankFlag}`)
  return (lines.length === 1 ? text : lines.map(withLineEnd).join('')) + module.mapComment
}

function withLineEnd(text: string): string {
  return text.endsWith('\n') ? text : `${text}\n`
}

type LocalTarget = Extract<Target, { kind: 'local' }>

function editsFor(place: Place, module: ModuleText, request: ModuleRequest, target: LocalTarget): Edit[] {
  const { root, relative } = place
  const output = outputPath(posixRelative(root, target.file))
  const edits: Edit[] = []
  if (!leadsTo(place, module, request, target, output)) {
    const from = path.posix.dirname(outputPath(relative))
    const specifier = path.posix.relative(from, output)
    const suffix = isPathSpecifier(request.specifier ?? '') ? (/[?#].*$/.exec(request.specifier ?? '')?.[0] ?? '') : ''
    const text = JSON.stringify((specifier.startsWith('../') ? specifier : `./${specifier}`) + suffix)
    edits.push({ start: request.start, end: request.end, text })
  }
  if (output.endsWith('.json') && module.kind === 'module') edits.push(...jsonAttribute(module.code, request))
  return edits
}

/** Node imports JSON only with an attribute; TypeScript runners do not ask for it. */
function jsonAttribute(code: string, { kind, end }: ModuleRequest): Edit[] {
  const following = code.slice(end)
  if (kind === 'dynamic') {
    return /^\s*\)/.test(following) ? [{ start: end, end, text: ', { with: { type: "json" } }' }] : []
  }
  const isStatement = kind === 'import' || kind === 'export'
  return isStatement && !/^\s*(?:with|assert)\b/.test(following)
    ? [{ start: end, end, text: ' with { type: "json" }' }]
    : []
}

/** Would Node on the other end, which knows no custom conditions and no TypeScript, find `output`? */
function leadsTo(
  { root, relative, read }: Place,
  module: ModuleText,
  request: ModuleRequest,
  target: LocalTarget,
  output: string,
): boolean {
  const specifier = request.specifier ?? ''
  const mode = modeOf(request, module)
  if (target.isAlias) return false
  if (request.kind === 'url' || isPathSpecifier(specifier)) {
    if (/^(?:file:|\/)/.test(specifier)) return false
    const wanted = mode === 'import' ? decodeURIComponent(specifier.replace(/[?#].*$/, '')) : specifier
    const named = path.posix.join(path.posix.dirname(relative), wanted)
    return named === output || (mode === 'require' && requireCompletes(named, output))
  }
  const conditions = new Set([mode, 'node', 'node-addons'])
  if (specifier.startsWith('#')) {
    const owner = nearestPackage(path.join(root, relative), read)
    const found = owner && importTarget(shippedPackageJson(owner.json).imports, specifier, conditions)
    return found !== undefined && (!found.startsWith('./') || isAt(root, owner?.directory ?? root, found, output))
  }
  const owner = target.link?.directory ?? nearestPackage(path.join(root, relative), read)?.directory ?? root
  const json = shippedPackageJson(read(owner) ?? {})
  const subpath = splitPackageSpecifier(specifier)?.subpath ?? '.'
  const found =
    json.exports !== undefined && json.exports !== null
      ? exportTarget(json.exports, subpath, conditions)
      : subpath === '.'
        ? `./${json.main ?? 'index.js'}`
        : subpath
  return found !== undefined && isAt(root, owner, found, output)
}

function isAt(root: string, directory: string, target: string, output: string): boolean {
  return path.posix.join(posixRelative(root, directory), target) === output
}

/** `require` adds extensions and looks for an index, so most specifiers can stay as they are. */
function requireCompletes(named: string, output: string): boolean {
  const completions = ['.js', '.json', '.node', '/index.js', '/index.json', '/index.node']
  return completions.some(completion => path.posix.join('.', named + completion) === output)
}

/** A computed `import()` may name a `.ts` file; a computed `require()` only where TypeScript was compiled. */
function mayMeetTypeScript(request: ModuleRequest, module: ModuleText): boolean {
  return request.kind === 'dynamic' || (request.kind === 'require' && module.compiler !== undefined)
}

function wrap({ start, end }: ModuleRequest, helper: string): Edit[] {
  return [
    { start, end: start, text: `${helper}((` },
    { start: end, end, text: '))' },
  ]
}

function helperName(code: string): string {
  let name = '__modulepickle_specifier'
  while (code.includes(name)) name += '_'
  return name
}

/** A relative specifier as the sender's loader takes it: `.ts` for what is `.js` now, or without an extension. */
function helperFunction(name: string, kind: SourceKind): string {
  const base = kind === 'module' ? 'import.meta.url' : "require('node:url').pathToFileURL(__filename)"
  return (
    `function ${name}(s){if(typeof s!=='string'||!/^\\.{1,2}\\//.test(s))return s;` +
    `s=s.replace(/\\.(?:([cm]?)tsx?|jsx)(?=$|[?#])/,'.$1js');` +
    `const is=e=>process.getBuiltinModule('node:fs').statSync(new URL(s+e,${base}),{throwIfNoEntry:false})?.isFile();` +
    `return s+(['','.js','.mjs','.cjs','/index.js'].find(is)??'')}`
  )
}
