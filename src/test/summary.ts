/** The words of a test's summary. */

/** From `start` until `end`, both as performance.now() has them. */
export function seconds(start: number, end: number = performance.now()): string {
  return `${((end - start) / 1000).toFixed(2)} s`
}

/** One line for what was thrown; whoever catches it has the rest. */
export function describeError(error: unknown): string {
  if (!(error instanceof Error)) return `it threw ${String(error)}`
  const { code } = error as { readonly code?: unknown }
  const [line = ''] = error.message.split('\n')
  return `${error.name}${typeof code === 'string' ? ` [${code}]` : ''}: ${line}`
}
