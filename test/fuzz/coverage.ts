/**
 * Which blocks of the pickle machine have run, from V8's own counters: what tells the fuzzer that an input does something new.
 */
import { Session } from 'node:inspector'

export class Coverage {
  readonly #session = new Session()
  /** What the inputs that were kept reach. */
  readonly #kept = new Set<string>()

  constructor() {
    this.#session.connect()
    this.#session.post('Profiler.enable')
    this.#session.post('Profiler.startPreciseCoverage', { callCount: true, detailed: true })
  }

  /** How many blocks, each at some magnitude of its count, are reached by what was kept. */
  get size(): number {
    return this.#kept.size
  }

  /** Whether a block ran since the last call that nothing kept reaches. For many inputs together: counts do not matter. */
  hasNewBlock(): boolean {
    return this.#blocks().some(([block]) => !this.#kept.has(block))
  }

  /** Whether one input that ran since the last call reaches something new, or reaches it much more often; if so, it counts as kept. */
  keepIfNew(): boolean {
    const before = this.#kept.size
    for (const [block, count] of this.#blocks()) this.#kept.add(block).add(`${block} ${magnitude(count)}`)
    return this.#kept.size > before
  }

  /** What ran since the last call, and how often. */
  #blocks(): [block: string, count: number][] {
    const blocks: [string, number][] = []
    this.#session.post('Profiler.takePreciseCoverage', (_error, { result }) => {
      for (const { url, functions } of result) {
        if (!url.includes('/src/pickle/')) continue
        for (const { ranges } of functions) {
          for (const { startOffset, endOffset, count } of ranges) {
            if (count > 0) blocks.push([`${url} ${startOffset} ${endOffset}`, count])
          }
        }
      }
    })
    return blocks
  }

  close(): void {
    this.#session.disconnect()
  }
}

/** Loops that run much more often are something new, too; a little more often are not. */
function magnitude(count: number): number {
  return Math.min(Math.floor(Math.log2(count)), 6)
}
