/**
 * Parts of a text in the order in which they begin: a script has as many as it has identifiers, and the functions in it each ask
 * for theirs.
 */
export interface Span {
  readonly start: number
  readonly end: number
}

/** Those that lie in `part`. */
export function within<T extends Span>(sorted: readonly T[], part: Span): T[] {
  const found: T[] = []
  for (let index = countBefore(sorted, part.start, startOf); index < sorted.length; index++) {
    const span = sorted[index]!
    if (span.start > part.end) break
    if (span.end <= part.end) found.push(span)
  }
  return found
}

/** How many of a sorted list have a position before `position`. */
export function countBefore<T>(sorted: readonly T[], position: number, positionOf: (item: T) => number): number {
  let low = 0
  let high = sorted.length
  while (low < high) {
    const middle = (low + high) >> 1
    if (positionOf(sorted[middle]!) < position) low = middle + 1
    else high = middle
  }
  return low
}

function startOf({ start }: Span): number {
  return start
}
