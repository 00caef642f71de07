/**
 * The package.json files that decide how a module resolves and what kind it is.
 *
 * Reads are kept until the file's stat changes, never longer: a program may outlive an edit of its own package.json.
 */
import { readFileSync, statSync } from 'node:fs'
import path from 'node:path'
import { ModulePickleError } from '../../errors.ts'

/** The fields this project reads; whatever else the file holds is kept as it is. */
export interface PackageJson {
  readonly name?: string
  readonly version?: string
  readonly type?: string
  readonly main?: string
  readonly exports?: unknown
  readonly imports?: unknown
  readonly [field: string]: unknown
}

interface Package {
  readonly directory: string
  readonly json: PackageJson
}

/** How a package.json is read; packing remembers what it has read. */
export type ReadPackageJson = (directory: string) => PackageJson | undefined

interface Entry {
  readonly stamp: string
  readonly json: PackageJson
}

const entries = new Map<string, Entry>()

/**
 * The package.json of `directory`, or undefined where there is none.
 * @throws ModulePickleError ERR_MODULE_UNREADABLE when it is not a JSON object
 */
export function readPackageJson(directory: string): PackageJson | undefined {
  const file = path.join(directory, 'package.json')
  const stat = statSync(file, { bigint: true, throwIfNoEntry: false })
  if (!stat?.isFile()) {
    entries.delete(file)
    return undefined
  }
  const stamp = `${stat.ino} ${stat.size} ${stat.mtimeNs} ${stat.ctimeNs}`
  const known = entries.get(file)
  if (known?.stamp === stamp) return known.json
  const json = parsePackageJson(readFileSync(file, 'utf8'), file)
  entries.set(file, { stamp, json })
  return json
}

/** @throws ModulePickleError ERR_MODULE_UNREADABLE when `text`, of `file`, is not a JSON object */
export function parsePackageJson(text: string, file: string): PackageJson {
  let json: unknown
  try {
    json = JSON.parse(text)
  } catch (error) {
    throw new ModulePickleError('ERR_MODULE_UNREADABLE', `${file} is not JSON: ${(error as Error).message}`, {
      cause: error,
    })
  }
  if (typeof json !== 'object' || json === null || Array.isArray(json)) {
    throw new ModulePickleError('ERR_MODULE_UNREADABLE', `${file} must hold a JSON object.`)
  }
  return json as PackageJson
}

/** The package whose scope `file` is in, as Node looks it up: the nearest package.json below any node_modules. */
export function nearestPackage(file: string, read: ReadPackageJson = readPackageJson): Package | undefined {
  for (const directory of ancestors(path.dirname(file))) {
    if (path.basename(directory) === 'node_modules') return undefined
    const json = read(directory)
    if (json) return { directory, json }
  }
  return undefined
}

/** `directory`, its parent, and so on up to the root of the file system. */
export function* ancestors(directory: string): Generator<string> {
  for (let current = directory; ; current = path.dirname(current)) {
    yield current
    if (path.dirname(current) === current) return
  }
}
