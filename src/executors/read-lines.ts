/**
 * What a worker prints, read line by line, and no faster than it is taken: while whoever gets a line is busy with it, the pipe is
 * left to fill, and the worker waits.
 */
import type { Readable } from 'node:stream'
import { LineSplitter, type LogLine } from './logs.ts'

/** Gives the lines of `source`, as they come, to `onLine`, and reads on once that has settled. */
export function readLines(
  source: Readable,
  stream: LogLine['stream'],
  onLine: (line: LogLine) => PromiseLike<unknown> | undefined,
): LineSplitter {
  let busy = 0
  const taken = (): void => {
    if (--busy === 0) source.resume()
  }
  const splitter = new LineSplitter((text, end) => {
    const taking = onLine({ stream, text, end })
    if (!taking) return
    busy++
    source.pause()
    taking.then(taken, taken)
  })
  source.on('data', (chunk: Buffer) => splitter.push(chunk))
  return splitter
}
