/**
 * Finds the installed packages that a snapshot needs, each at the exact version, before anything is written or imported.
 *
 * Looks at package.json files only. What does not match is refused all at once, with a table.
 */
import { readFileSync, readdirSync, realpathSync } from 'node:fs'
import path from 'node:path'
import { ModulePickleError } from '../../errors.ts'
import { packageKey } from '../objects/description.ts'
import type { PackageNeed } from '../objects/snapshot.ts'

/** Where the receiver has its installed packages. */
export interface PackageLookup {
  /** Directories whose `node_modules`, and their parents', are searched, in this order. */
  readonly directories: readonly string[]
  /** `name@version` to the package's directory; asked first, and checked like any other. */
  readonly exact?: ReadonlyMap<string, string>
  /** The directory that shipped code gets as `node_modules/modulepickle`. */
  readonly runtime: string
}

interface Candidate {
  readonly directory: string
  readonly name: string
  readonly version: string
}

/** Paths below a directory where a need may be found besides `node_modules/<name>`: nested or aliased installs. */
type NestedPaths = ReadonlyMap<string, readonly string[]>

/**
 * `name@version` of each need to the real path of its directory.
 * @throws ModulePickleError ERR_PACKAGE_MISMATCH with a table of all needs that are missing or differ
 */
export function findPackages(
  needs: readonly PackageNeed[],
  lookup: PackageLookup,
  nested: NestedPaths = new Map(),
): Map<string, string> {
  const found = new Map<string, string>()
  const differing: Difference[] = []
  for (const need of needs) {
    const seen: Candidate[] = []
    const match = findPackage(need, lookup, nested.get(packageKey(need)) ?? [], seen)
    if (match === undefined) differing.push({ need, seen: seen[0] })
    else found.set(packageKey(need), match)
  }
  if (differing.length > 0) throw mismatch(differing, lookup)
  return found
}

function findPackage(
  need: PackageNeed,
  lookup: PackageLookup,
  nested: readonly string[],
  seen: Candidate[],
): string | undefined {
  for (const directory of candidateDirectories(need, lookup, nested)) {
    const candidate = readCandidate(directory)
    if (candidate === undefined) continue
    if (candidate.name === need.name && candidate.version === need.version) return realpathSync(directory)
    seen.push(candidate)
  }
  return undefined
}

function* candidateDirectories(need: PackageNeed, lookup: PackageLookup, nested: readonly string[]): Generator<string> {
  const exact = lookup.exact?.get(packageKey(need))
  if (exact !== undefined) yield exact
  for (const start of lookup.directories) {
    const base = path.resolve(start)
    for (const place of nested) yield path.join(base, ...place.split('/'))
    for (let directory = base; ; directory = path.dirname(directory)) {
      const modules = path.basename(directory) === 'node_modules' ? directory : path.join(directory, 'node_modules')
      yield path.join(modules, ...need.name.split('/'))
      yield* pnpmDirectories(need, modules)
      if (path.dirname(directory) === directory) break
    }
  }
}

/** pnpm keeps every version under `.pnpm/<name with + for />@<version>[_peers]/node_modules/<name>`. */
function* pnpmDirectories(need: PackageNeed, modules: string): Generator<string> {
  const store = path.join(modules, '.pnpm')
  const prefix = `${need.name.replace('/', '+')}@${need.version}`
  for (const name of listDirectory(store)) {
    const isVersion = name.startsWith(prefix) && /^(?:$|[_(])/.test(name.slice(prefix.length))
    if (isVersion) yield path.join(store, name, 'node_modules', ...need.name.split('/'))
  }
}

function listDirectory(directory: string): string[] {
  try {
    return readdirSync(directory).sort()
  } catch (error) {
    if (isMissing(error)) return []
    throw error
  }
}

function readCandidate(directory: string): Candidate | undefined {
  let text: string
  try {
    text = readFileSync(path.join(directory, 'package.json'), 'utf8')
  } catch (error) {
    if (isMissing(error)) return undefined
    throw error
  }
  return { directory, ...nameAndVersion(text) }
}

function isMissing(error: unknown): boolean {
  const { code } = error as NodeJS.ErrnoException
  return code === 'ENOENT' || code === 'ENOTDIR'
}

function nameAndVersion(text: string): { name: string; version: string } {
  let json: unknown
  try {
    json = JSON.parse(text)
  } catch {
    return { name: '', version: 'package.json is not JSON' }
  }
  const { name, version } = Object(json) as { name?: unknown; version?: unknown }
  return { name: String(name), version: String(version) }
}

interface Difference {
  readonly need: PackageNeed
  readonly seen: Candidate | undefined
}

function mismatch(differing: readonly Difference[], lookup: PackageLookup): ModulePickleError {
  const rows = differing.map(({ need, seen }) => [
    need.name,
    need.version,
    seen === undefined ? 'none' : seen.name === need.name ? seen.version : `${seen.name} ${seen.version}`,
    seen?.directory ?? lookup.directories.map(directory => path.join(directory, 'node_modules')).join(', '),
  ])
  const table = formatTable([['package', 'needed', 'found', 'where'], ...rows])
  const installs = differing.map(({ need }) => packageKey(need)).join(' ')
  return new ModulePickleError(
    'ERR_PACKAGE_MISMATCH',
    `The shipped code needs installed packages that are not here in the same version. Nothing of it was run.\n\n${table}\n\nInstall them (npm install ${installs}), or name the directory that has them in \`packages\`.`,
  )
}

function formatTable(rows: readonly (readonly string[])[]): string {
  const widths = rows[0]?.map((_, column) => Math.max(...rows.map(row => row[column]?.length ?? 0))) ?? []
  return rows
    .map(row => `  ${row.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join('  ')}`.trimEnd())
    .join('\n')
}
