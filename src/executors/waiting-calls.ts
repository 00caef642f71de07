/**
 * The calls that wait for a worker: in the order they came, but those of other code that has no worker are not waited for.
 *
 * Code that never gets a turn because other code is always ready would be no better than an endless wait: who has waited long
 * goes first.
 */
import type { OutgoingCall } from './outgoing-call.ts'

/** Something with a call, of which many wait. */
interface Waiting {
  readonly call: OutgoingCall
  /** Of performance.now(), when it came. */
  readonly since: number
}

const longMs = 1000

export class WaitingCalls<W extends Waiting> {
  /** By the snapshots that they need; each list in the order of arrival. */
  readonly #bySnapshots = new Map<string, W[]>()
  #size = 0

  get size(): number {
    return this.#size
  }

  add(waiting: W): void {
    this.#listOf(waiting).push(waiting)
    this.#size++
  }

  /** It was taken before and is the first again. */
  putBack(waiting: W): void {
    this.#listOf(waiting).unshift(waiting)
    this.#size++
  }

  remove(waiting: W): void {
    const key = keyOf(waiting.call)
    const list = this.#bySnapshots.get(key)
    const index = list?.indexOf(waiting) ?? -1
    if (!list || index < 0) return
    list.splice(index, 1)
    this.#size--
    if (list.length === 0) this.#bySnapshots.delete(key)
  }

  /** The first of each kind, the longest waiting before all. */
  first(): W[] {
    const heads: W[] = []
    for (const [head] of this.#bySnapshots.values()) if (head) heads.push(head)
    return heads.length < 2 ? heads : heads.sort((a, b) => a.since - b.since)
  }

  #listOf({ call }: W): W[] {
    const key = keyOf(call)
    const list = this.#bySnapshots.get(key) ?? []
    this.#bySnapshots.set(key, list)
    return list
  }
}

/** Whether it is time that all others step back. */
export function hasWaitedLong({ since }: Waiting): boolean {
  return performance.now() - since > longMs
}

/** The snapshots that the code of a call is in. */
function snapshotsOf({ fn, pickled }: OutgoingCall): readonly string[] {
  const own = pickled.snapshots.map(({ id }) => id)
  return fn ? [...fn.pickled.snapshots.map(({ id }) => id), ...own] : own
}

function keyOf(call: OutgoingCall): string {
  const ids = snapshotsOf(call)
  return ids.length < 2 ? (ids[0] ?? '') : [...new Set(ids)].sort().join(' ')
}
