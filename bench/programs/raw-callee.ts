/** Two workers that are nothing but a channel: what is sent to each in turn comes back in the order in which it was sent. */
import type { Callee } from '../harness/call-figures.ts'

interface RawWorker {
  send(message: unknown): void
  onMessage(take: (message: unknown) => void): void
  end(): unknown
}

export function rawCallee(start: () => RawWorker): Callee {
  const workers = [start(), start()]
  const waiting: ((message: unknown) => void)[][] = [[], []]
  workers.forEach((worker, index) => worker.onMessage(message => waiting[index]!.shift()!(message)))
  let next = 0
  const call = (message: unknown): Promise<unknown> =>
    new Promise(resolve => {
      const index = next++ % workers.length
      waiting[index]!.push(resolve)
      workers[index]!.send(message)
    })
  return { increment: call, echo: call, close: () => Promise.all(workers.map(worker => worker.end())) }
}
