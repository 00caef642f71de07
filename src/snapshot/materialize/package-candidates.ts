/**
 * Where a receiver may have an installed package: the directories that are looked at, in order. Reads only package.json files.
 */
import { readdirSync } from 'node:fs'
import path from 'node:path'
import { packageLabel } from '../objects/package-label.ts'
import type { PackageNeed } from '../objects/snapshot.ts'

/** Where the receiver has its installed packages. */
export interface PackageLookup {
  /** Directories whose `node_modules`, and their parents', are searched, in this order. */
  readonly directories: readonly string[]
  /** Labels to directories; asked first, and checked like any other. */
  readonly exact?: ReadonlyMap<string, string>
  /** The directory that shipped code gets as `node_modules/modulepickle`. */
  readonly runtime: string
}

/** `nested`: paths below a directory where it may be found besides `node_modules/<name>`: nested or aliased installs. */
export function* candidateDirectories(
  need: PackageNeed,
  lookup: PackageLookup,
  nested: readonly string[],
): Generator<string> {
  const exact = lookup.exact?.get(packageLabel(need))
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
    const { code } = error as NodeJS.ErrnoException
    if (code === 'ENOENT' || code === 'ENOTDIR') return []
    throw error
  }
}
