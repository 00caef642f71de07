/**
 * The workers that wait for calls, and what code each of them has run.
 *
 * A worker serves one set of snapshots. One that has served none yet can serve any.
 */
import type { OutgoingCall } from './outgoing-call.ts'
import type { RemoteWorker } from './remote-worker.ts'
import { ServedCode } from './served-code.ts'

export class IdleWorkers {
  /** The least recently used first. */
  readonly #idle: RemoteWorker[] = []
  readonly #served = new WeakMap<RemoteWorker, ServedCode>()

  get size(): number {
    return this.#idle.length
  }

  /** Whether there is one that can serve any code. */
  get hasBlank(): boolean {
    return this.#idle.some(worker => this.#servedBy(worker).isBlank)
  }

  add(worker: RemoteWorker): void {
    this.#idle.push(worker)
  }

  remove(worker: RemoteWorker): void {
    const index = this.#idle.indexOf(worker)
    if (index >= 0) this.#idle.splice(index, 1)
  }

  /** The best one for a call: one that has run its code, else one that has run none. It is idle no more. */
  take(call: OutgoingCall): RemoteWorker | undefined {
    const worker =
      this.#idle.findLast(each => this.#servedBy(each).covers(call)) ??
      this.#idle.findLast(each => this.#servedBy(each).admits(call))
    if (!worker) return undefined
    this.remove(worker)
    this.#servedBy(worker).add(call)
    return worker
  }

  /** The one that nobody has needed for the longest time. It is idle no more. */
  takeLeastUsed(): RemoteWorker | undefined {
    return this.#idle.shift()
  }

  #servedBy(worker: RemoteWorker): ServedCode {
    const served = this.#served.get(worker) ?? new ServedCode()
    this.#served.set(worker, served)
    return served
  }
}
