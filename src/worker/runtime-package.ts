/**
 * The package that shipped code gets as `modulepickle`: a few lines in the cache that lead back to the running program.
 *
 * So `import 'modulepickle'`, any subpath of it and `require` of either give this very process's instance. Input: the program's
 * version, and the names of each subpath's exports. Output: a directory to link as `node_modules/modulepickle`.
 */
import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { ModulePickleError } from '../errors.ts'
import { runtimeName } from '../snapshot/materialize/old-runtimes.ts'
import type { SnapshotCache } from '../snapshot/materialize/snapshot-cache.ts'

/** Subpath (`.`, `./pickle`) to what it exports. */
type Subpaths = Readonly<Record<string, Readonly<Record<string, unknown>>>>

/** The program that shipped code gets as a package. */
export interface Program {
  readonly url: string
  readonly version: string
  /** What it exports under this name. */
  readonly subpaths: Subpaths
}

/**
 * The directory in `cache` that is the package; written at most once.
 * @throws ModulePickleError ERR_MATERIALIZE
 */
export function writeRuntimePackage(cache: SnapshotCache, { url, version, subpaths }: Program): string {
  const files = new Map<string, string>()
  const exports: Record<string, string> = { './package.json': './package.json' }
  for (const [subpath, names] of Object.entries(subpaths)) {
    const file = `${subpath === '.' ? 'index' : subpath.slice(2)}.js`
    exports[subpath] = `./${file}`
    files.set(file, moduleText(url, subpath, Object.keys(names)))
  }
  const json = { name: 'modulepickle', version, type: 'module', exports }
  files.set('package.json', `${JSON.stringify(json, undefined, 2)}\n`)
  const hash = createHash('sha256')
    .update(JSON.stringify([...files]))
    .digest('hex')
    .slice(0, 16)
  const directory = path.join(cache.directory, 'runtime', hash)
  cache.pin(runtimeName(hash))
  if (!existsSync(directory)) writeFiles(files, directory, cache.makeTemporary())
  return directory
}

function moduleText(programUrl: string, subpath: string, names: readonly string[]): string {
  return [
    `import { subpaths } from ${JSON.stringify(programUrl)}`,
    `export const { ${names.join(', ')} } = subpaths[${JSON.stringify(subpath)}]`,
    '',
  ].join('\n')
}

/** Whole or not at all. Losing a race is success: the winner wrote the same files. */
function writeFiles(files: ReadonlyMap<string, string>, directory: string, draft: string): void {
  try {
    for (const [name, text] of files) writeFileSync(path.join(draft, name), text)
    mkdirSync(path.dirname(directory), { recursive: true, mode: 0o700 })
    renameSync(draft, directory)
  } catch (error) {
    rmSync(draft, { recursive: true, force: true })
    if (existsSync(directory)) return
    throw new ModulePickleError(
      'ERR_MATERIALIZE',
      `${directory} cannot be written: ${(error as Error).message}. Free space there or name another directory in MODULEPICKLE_CACHE.`,
      { cause: error },
    )
  }
}
