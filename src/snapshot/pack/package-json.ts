/**
 * package.json as it ships: what names a TypeScript file names the compiled one, `type` is named where all modules agree on
 * it, and the rest is untouched.
 */
import type { PackageJson } from '../../cloudpickle/source/package-json.ts'
import { outputPath } from './output-path.ts'

const entryFields: ReadonlySet<string> = new Set(['main', 'module', 'bin', 'exports', 'imports'])

/** `json` with compiled targets; the same object where nothing changes. */
export function shippedPackageJson(json: PackageJson): PackageJson {
  const changed = Object.entries(json).map(([field, value]) => [
    field,
    entryFields.has(field) ? mapTargets(value) : value,
  ])
  const isSame = Object.entries(json).every(([, value], index) => Object.is(value, changed[index]?.[1]))
  return isSame ? json : (Object.fromEntries(changed) as PackageJson)
}

/** The text of a package.json as it ships; it names the module system where `isModule`. Unchanged where it is no object. */
export function shippedPackageText(content: Buffer, isModule: boolean): Buffer {
  let json: unknown
  try {
    json = JSON.parse(content.toString('utf8'))
  } catch {
    return content
  }
  if (typeof json !== 'object' || json === null || Array.isArray(json)) return content
  const compiled = shippedPackageJson(json as PackageJson)
  const shipped = isModule ? { ...compiled, type: 'module' } : compiled
  return shipped === json ? content : Buffer.from(`${JSON.stringify(shipped, undefined, 2)}\n`)
}

/** Patterns are mapped as well: `./src/*.ts` becomes `./src/*.js`. Keys are what importers write and stay. */
function mapTargets(value: unknown): unknown {
  if (typeof value === 'string') return outputPath(value)
  if (Array.isArray(value)) {
    const mapped = value.map(mapTargets)
    return mapped.every((item, index) => Object.is(item, value[index])) ? value : mapped
  }
  if (typeof value !== 'object' || value === null) return value
  const entries = Object.entries(value)
  const mapped = entries.map(([key, item]) => [key, mapTargets(item)] as const)
  return mapped.every(([, item], index) => Object.is(item, entries[index]?.[1])) ? value : Object.fromEntries(mapped)
}
