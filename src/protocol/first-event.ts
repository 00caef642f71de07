/**
 * Waits for whichever of several events comes first. Unlike `events.once` it leaves no listener behind, and no event is a failure.
 */
import type { EventEmitter } from 'node:events'

export function firstEvent(emitter: EventEmitter, names: readonly string[]): Promise<void> {
  return new Promise(resolve => {
    const done = (): void => {
      for (const name of names) emitter.off(name, done)
      resolve()
    }
    for (const name of names) emitter.on(name, done)
  })
}
