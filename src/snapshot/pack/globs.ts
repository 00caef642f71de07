/**
 * The small glob language of package.json: `*` within a path segment, `**` across them, `{a,b}`, `?`.
 *
 * For `workspaces`, `files` and `exports` patterns. Not for ignore files, whose language is another.
 */

/** A pattern over paths relative to a package, without `./` in front, as a test of whole paths. */
export function globToRegExp(glob: string): RegExp {
  const pattern = normalizeGlob(glob).replaceAll(
    /(\*\*\/)|(\*\*)|(\*)|(\?)|(\{)|(\})|(,)|([\\^$.|+()[\]])/g,
    (text, ...groups: (string | undefined)[]) => translations[groups.findIndex(group => group === text)] ?? `\\${text}`,
  )
  return new RegExp(`^${pattern}$`)
}

const translations: readonly string[] = ['(?:.*/)?', '.*', '[^/]*', '[^/]', '(?:', ')', '|']

export function normalizeGlob(glob: string): string {
  return glob.replace(/^(?:\.?\/)+/, '').replace(/\/+$/, '')
}

/** The directory that everything a pattern can match lies in; '' for a pattern that begins with a wildcard. */
export function fixedPrefix(glob: string): string {
  const segments = normalizeGlob(glob).split('/')
  const wild = segments.findIndex(segment => /[*?{]/.test(segment))
  return segments.slice(0, wild === -1 ? segments.length : wild).join('/')
}
