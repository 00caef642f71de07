/**
 * The trace that a call belongs to, in the environment: so the processes that its code starts belong to it, too.
 */
const variable = 'TRACEPARENT'

/** One call at a time: a process has one environment. */
export function withTraceparent<R>(traceparent: string | undefined, work: () => Promise<R>): Promise<R> {
  return traceparent === undefined ? work() : workTraced(traceparent, work)
}

async function workTraced<R>(traceparent: string, work: () => Promise<R>): Promise<R> {
  const before = process.env[variable]
  process.env[variable] = traceparent
  try {
    return await work()
  } finally {
    if (before === undefined) delete process.env[variable]
    else process.env[variable] = before
  }
}
