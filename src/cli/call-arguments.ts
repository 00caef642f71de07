/**
 * What stands behind `--`: the arguments of a function, as JSON where they are that, else as text.
 */
export function callArguments(rest: readonly string[] = []): readonly unknown[] {
  return rest.map(text => {
    try {
      return JSON.parse(text) as unknown
    } catch {
      return text
    }
  })
}
