/**
 * What a computed specifier can be: `'./plugins/' + name + '.js'` is a pattern over the files of a directory.
 *
 * As bundlers read it: literal parts must match, what is computed stands for one path segment or a part of it, and a
 * specifier that does not begin with a literal relative path says nothing.
 */

/**
 * A test of paths relative to the module's directory, without `./` in front; undefined where nothing can be said.
 * `parts` are the specifier's literal parts in order, undefined for what is computed.
 */
export function computedPattern(parts: readonly (string | undefined)[]): RegExp | undefined {
  const [first] = parts
  if (first === undefined || !/^\.{1,2}\//.test(first)) return undefined
  const source = parts.map(part => (part === undefined ? '[^/]*' : escapeText(part))).join('')
  return new RegExp(`^${source.replace(/^\\\.\//, '')}$`)
}

function escapeText(text: string): string {
  return text.replaceAll(/[\\^$.*+?()[\]{}|]/g, String.raw`\$&`)
}
