/**
 * What code a worker has run: snapshots, and installed packages of this machine as they were when they were loaded.
 *
 * Modules are never unloaded. Two versions of them in one process would share what is global there; and of a package that has been
 * installed anew, in the same place, the process would go on with what was there before.
 */
import type { Pickled } from '../modulepickle.ts'
import type { OutgoingCall } from './outgoing-call.ts'

export class ServedCode {
  readonly #snapshots = new Set<string>()
  /** What was installed in a directory. */
  readonly #packages = new Map<string, string>()

  /** Whether nothing has run that keeps other code away. */
  get isBlank(): boolean {
    return this.#snapshots.size === 0
  }

  /** Whether a worker that has run this may run `call`, which brings no other snapshot. */
  covers(call: OutgoingCall): boolean {
    return (
      this.#agreesWith(call) &&
      picklesOf(call).every(({ snapshots }) => snapshots.every(({ id }) => this.#snapshots.has(id)))
    )
  }

  /** Whether a worker that has run this may run `call`, which may be the first to bring snapshots. */
  admits(call: OutgoingCall): boolean {
    return this.isBlank && this.#agreesWith(call)
  }

  add(call: OutgoingCall): void {
    for (const { snapshots, installed } of picklesOf(call)) {
      for (const { id } of snapshots) this.#snapshots.add(id)
      for (const { states = [] } of installed) {
        for (const [directory, state] of states) this.#packages.set(directory, state)
      }
    }
  }

  #agreesWith(call: OutgoingCall): boolean {
    for (const { installed } of picklesOf(call)) {
      for (const { states = [] } of installed) {
        for (const [directory, state] of states) {
          if ((this.#packages.get(directory) ?? state) !== state) return false
        }
      }
    }
    return true
  }
}

function picklesOf({ fn, pickled }: OutgoingCall): readonly Pickled[] {
  return fn ? [fn.pickled, pickled] : [pickled]
}
