/**
 * Paths in error messages: `args[0].config.client.socket`, put together from what each open frame adds.
 */

/** Of a longer path, so many segments at either end are shown. */
const shownSegments = 24

/** The root adds nothing; a path to the root itself is `value`. */
export function joinPath(segments: readonly string[]): string {
  const named = segments.filter(segment => segment !== '')
  const shown =
    named.length <= 2 * shownSegments
      ? named
      : [
          ...named.slice(0, shownSegments),
          ` … ${named.length - 2 * shownSegments} more … `,
          ...named.slice(-shownSegments),
        ]
  const path = shown.join('')
  if (path === '' || /^[ {]/.test(path)) return `value${path}`
  return path.startsWith('.') ? path.slice(1) : path
}
