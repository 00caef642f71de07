/**
 * `connect` for code that runs on a worker. Shipped modules may well call it at their top level; nothing happens until its
 * result is used, and then every use fails by code: workers have no workers of their own yet.
 */
import { ModulePickleError } from '../errors.ts'

/** As `connect` of the package, with an executor that runs nothing. */
export async function connect(): Promise<unknown> {
  return {
    run: refuse,
    map: () => ({ [Symbol.asyncIterator]: () => ({ next: refuse }), toArray: refuse }),
    remote: () => refuse,
    stats: () => ({
      calls: 0,
      failed: 0,
      bytesSent: 0,
      bytesReceived: 0,
      filesSent: 0,
      objectsSent: 0,
      snapshots: 0,
      workers: 0,
    }),
    close: nothing,
    [Symbol.asyncDispose]: nothing,
  }
}

async function nothing(): Promise<void> {}

/** What every use of an executor does on a worker. */
export async function refuse(): Promise<never> {
  throw new ModulePickleError(
    'ERR_NESTED_CALL',
    'Code that runs on a worker used an executor of its own. Start all calls from the program that called connect() first.',
  )
}
