/**
 * The text that names an installed package on both ends: `name@version`, or `name@version~key` where its content counts.
 *
 * Whatever becomes part of a path on a receiver has been parsed here first.
 */
import { isObjectId } from './object-id.ts'
import type { PackageNeed } from './snapshot.ts'

export function packageLabel({ name, version, key }: PackageNeed): string {
  return key === undefined ? `${name}@${version}` : `${name}@${version}~${key}`
}

/** @returns undefined unless `label` is `name@version` or `name@version~key` */
export function parsePackageLabel(label: unknown): PackageNeed | undefined {
  if (typeof label !== 'string') return undefined
  const at = label.lastIndexOf('@')
  const name = label.slice(0, Math.max(at, 0))
  const keyed = /^(.*)~([0-9a-f]{64})$/s.exec(label.slice(at + 1))
  const version = keyed?.[1] ?? label.slice(at + 1)
  if (!isPackageName(name) || !isVersion(version)) return undefined
  return isObjectId(keyed?.[2]) ? { name, version, key: keyed[2] } : { name, version }
}

const nameSegment = String.raw`(?!\.{1,2}(?:/|$)|node_modules(?:/|$))[^/\\@\0:]+`
const packageName = new RegExp(`^(?:@${nameSegment}/)?${nameSegment}$`)

/** Also true for the name that an alias gives a package. */
export function isPackageName(text: unknown): text is string {
  return typeof text === 'string' && packageName.test(text)
}

function isVersion(text: string): boolean {
  return text !== '' && !/[/\\@\0\s]/.test(text)
}
