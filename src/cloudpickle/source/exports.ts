/**
 * The `exports` and `imports` maps of a package.json: a subpath and conditions in, a target out.
 *
 * The algorithm is PACKAGE_IMPORTS_EXPORTS_RESOLVE and PACKAGE_TARGET_RESOLVE of Node's "Modules: Packages" documentation.
 * Looks at no file. A target that is not allowed is answered as undefined, as if it were not there.
 */

/** The target of `subpath` (`.` or `./…`) in an `exports` field: a path `./…` inside the package. */
export function exportTarget(exports: unknown, subpath: string, conditions: ReadonlySet<string>): string | undefined {
  return lookUp(isSubpathMap(exports) ? exports : { '.': exports }, subpath, { conditions, isAllowed: isInside })
}

/** The target of `#name` in an `imports` field: a path `./…` inside the package, or a bare specifier. */
export function importTarget(imports: unknown, name: string, conditions: ReadonlySet<string>): string | undefined {
  const isAllowed = (target: string): boolean => isInside(target) || !/^(?:\.{0,2}\/|#)/.test(target)
  return isObject(imports) ? lookUp(imports, name, { conditions, isAllowed }) : undefined
}

interface Rules {
  readonly conditions: ReadonlySet<string>
  isAllowed(target: string): boolean
}

type TargetMap = Readonly<Record<string, unknown>>

function isObject(value: unknown): value is TargetMap {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function isSubpathMap(exports: unknown): exports is TargetMap {
  return isObject(exports) && Object.keys(exports).some(key => key.startsWith('.'))
}

function lookUp(map: TargetMap, key: string, rules: Rules): string | undefined {
  if (Object.hasOwn(map, key) && !key.includes('*')) return targetOf(map[key], '', rules) ?? undefined
  let best: { pattern: string; match: string } | undefined
  for (const pattern of Object.keys(map)) {
    const match = matchPattern(pattern, key)
    if (match !== undefined && (!best || isMoreSpecific(pattern, best.pattern))) best = { pattern, match }
  }
  return best && (targetOf(map[best.pattern], best.match, rules) ?? undefined)
}

function matchPattern(pattern: string, key: string): string | undefined {
  const star = pattern.indexOf('*')
  if (star === -1 || star !== pattern.lastIndexOf('*')) return undefined
  const before = pattern.slice(0, star)
  const after = pattern.slice(star + 1)
  const fits = key.startsWith(before) && key.endsWith(after) && key.length >= pattern.length && key !== before
  return fits ? key.slice(before.length, key.length - after.length) : undefined
}

/** PATTERN_KEY_COMPARE: the longer part before the star wins, then the longer key. */
function isMoreSpecific(pattern: string, than: string): boolean {
  const difference = pattern.indexOf('*') - than.indexOf('*')
  return difference === 0 ? pattern.length > than.length : difference > 0
}

/** null: explicitly not exported; undefined: no condition matched, so that the next alternative is tried. */
function targetOf(target: unknown, match: string, rules: Rules): string | null | undefined {
  if (typeof target === 'string') {
    const path = target.replaceAll('*', () => match)
    return rules.isAllowed(path) ? path : null
  }
  if (target === null) return null
  if (Array.isArray(target)) {
    for (const alternative of target as readonly unknown[]) {
      const found = targetOf(alternative, match, rules)
      if (typeof found === 'string') return found
    }
    return null
  }
  if (!isObject(target)) return undefined
  for (const [condition, value] of Object.entries(target)) {
    if (condition !== 'default' && !rules.conditions.has(condition)) continue
    const found = targetOf(value, match, rules)
    if (found !== undefined) return found
  }
  return undefined
}

/** A path `./…` that stays in the package and out of others. */
function isInside(target: string): boolean {
  return target.startsWith('./') && !target.slice(2).split(/[/\\]/).some(isForbiddenSegment)
}

function isForbiddenSegment(segment: string): boolean {
  return /^(?:\.|%2e){1,2}$|^node_modules$/i.test(segment)
}
