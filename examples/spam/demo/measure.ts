/** What one call sends and how long it takes, read from the pool's own counters. */

export interface Counters {
  readonly filesSent: number
  readonly bytesSent: number
}

export interface Measured<R> extends Counters {
  readonly result: R
  readonly elapsedMs: number
}

/** Nothing else may use the pool meanwhile, or its bytes are counted as well. */
export async function measure<R>(pool: { stats(): Counters }, call: () => Promise<R>): Promise<Measured<R>> {
  const before = pool.stats()
  const start = performance.now()
  const result = await call()
  const elapsedMs = performance.now() - start
  const after = pool.stats()
  return {
    result,
    elapsedMs,
    filesSent: after.filesSent - before.filesSent,
    bytesSent: after.bytesSent - before.bytesSent,
  }
}
