/**
 * The workers that wait for calls, and what code each of them has run.
 *
 * Modules are never unloaded, and two versions of them in one process would share what is global there: a worker serves one set
 * of snapshots. One that has served none yet can serve any.
 */
import type { RemoteWorker } from './remote-worker.ts'

export class IdleWorkers {
  /** The least recently used first. */
  readonly #idle: RemoteWorker[] = []
  readonly #served = new WeakMap<RemoteWorker, ReadonlySet<string>>()

  get size(): number {
    return this.#idle.length
  }

  /** Whether there is one that can serve any code. */
  get hasBlank(): boolean {
    return this.#idle.some(worker => !this.#served.has(worker))
  }

  add(worker: RemoteWorker): void {
    this.#idle.push(worker)
  }

  remove(worker: RemoteWorker): void {
    const index = this.#idle.indexOf(worker)
    if (index >= 0) this.#idle.splice(index, 1)
  }

  /** The best one for code of these snapshots: one that knows them, else one that knows none. It is idle no more. */
  take(snapshots: readonly string[]): RemoteWorker | undefined {
    const worker =
      this.#idle.findLast(each => this.#knows(each, snapshots)) ?? this.#idle.findLast(each => !this.#served.has(each))
    if (!worker) return undefined
    this.remove(worker)
    if (snapshots.length > 0 && !this.#served.has(worker)) this.#served.set(worker, new Set(snapshots))
    return worker
  }

  /** The one that nobody has needed for the longest time. It is idle no more. */
  takeLeastUsed(): RemoteWorker | undefined {
    return this.#idle.shift()
  }

  #knows(worker: RemoteWorker, snapshots: readonly string[]): boolean {
    const served = this.#served.get(worker)
    return snapshots.every(id => served?.has(id) ?? false)
  }
}
