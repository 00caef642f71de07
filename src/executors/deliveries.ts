/**
 * Which snapshots are on their way to a worker right now. Another one that lacks the same waits and then looks again, because
 * workers of one executor mostly share a cache: what has reached one of them has reached all. One that looked before a delivery
 * was over, and says so only after, looks again, too.
 */
import type { ObjectId } from '../snapshot/objects/snapshot.ts'

interface Delivery {
  readonly receiver: object
  readonly over: Promise<void>
  readonly end: () => void
}

export class Deliveries {
  readonly #open = new Map<ObjectId, Delivery>()
  /** When the last delivery of each snapshot was over. */
  readonly #ended = new Map<ObjectId, number>()
  #count = 0

  /** A moment, for `endedSince`. */
  now(): number {
    return this.#count
  }

  endedSince(snapshot: ObjectId, moment: number): boolean {
    return (this.#ended.get(snapshot) ?? 0) > moment
  }

  /** Settles when somebody else's delivery of the snapshot is over; undefined when there is none, and this one may begin. */
  elsewhere(snapshot: ObjectId, receiver: object): Promise<void> | undefined {
    const delivery = this.#open.get(snapshot)
    return delivery && delivery.receiver !== receiver ? delivery.over : undefined
  }

  begin(snapshot: ObjectId, receiver: object): void {
    if (this.#open.has(snapshot)) return
    let end = (): void => {}
    const over = new Promise<void>(resolve => (end = resolve))
    this.#open.set(snapshot, { receiver, over, end })
  }

  end(snapshot: ObjectId, receiver: object): void {
    const delivery = this.#open.get(snapshot)
    if (delivery?.receiver !== receiver) return
    this.#open.delete(snapshot)
    this.#ended.set(snapshot, ++this.#count)
    delivery.end()
  }

  /** However a call ends, nobody waits for it any longer. */
  endAll(receiver: object): void {
    for (const snapshot of this.#open.keys()) this.end(snapshot, receiver)
  }
}
