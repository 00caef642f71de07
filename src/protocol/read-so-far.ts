/**
 * Keeps what was printed in front of what was said after it, where the two come through different pipes.
 *
 * Whoever is at the other ends has written to one pipe and then to another: when the second can be read, the first can be, too. So
 * whoever has read a message first takes what the pipes of output hold, and only then acts on it. Nothing is counted or
 * parsed: it holds as well for what child processes and native code write to the descriptors.
 */
import type { Readable } from 'node:stream'
import { firstEvent } from './first-event.ts'
import { setImmediate } from '../timers.ts'

/** One end of a pipe that somebody prints to. */
export interface OutputPipe extends Readable {
  readonly bytesRead: number
}

/** No pipe holds more, and no window of a channel is wider. */
const mostHeldBytes = 4 << 20

/** Settles when all that these pipes held, when this was called, was given to those who listen to their data. */
export async function readSoFar(pipes: readonly OutputPipe[]): Promise<void> {
  const goals = pipes.map(pipe => given(pipe) + mostHeldBytes)
  for (;;) {
    // A process that was left behind may print on and on.
    const behind = pipes.filter((pipe, index) => given(pipe) < goals[index]!)
    const paused = behind.find(pipe => pipe.isPaused() && !pipe.destroyed)
    if (paused) {
      await firstEvent(paused, ['resume', 'close'])
      continue
    }
    const before = pausesOf(behind)
    await pollOfEvents()
    // A pipe that was paused meanwhile may hold more than was read, also where it is read again by now.
    if (pausesOf(behind) === before) return
  }
}

function given(pipe: OutputPipe): number {
  return pipe.bytesRead - pipe.readableLength
}

/**
 * Settles when the event loop has looked at all pipes once more, and read from those that were readable what there was. The first turn
 * may be over before that: what runs now may run in the very poll that would have to come after it.
 */
function pollOfEvents(): Promise<void> {
  return new Promise(resolve => setImmediate(() => setImmediate(resolve)))
}

const pauses = new WeakMap<Readable, number>()

/** How often they were paused, all together, since this was asked first. */
function pausesOf(pipes: readonly Readable[]): number {
  let sum = 0
  for (const pipe of pipes) {
    const count = pauses.get(pipe)
    if (count === undefined) {
      pauses.set(pipe, 0)
      pipe.on('pause', () => pauses.set(pipe, pauses.get(pipe)! + 1))
    } else sum += count
  }
  return sum
}
