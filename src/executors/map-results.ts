/**
 * The results of a map: takes inputs, starts calls, gives results, each no faster than the slowest of the three allows.
 *
 * Bounded: an input is taken only when fewer than `concurrency` inputs are taken whose results the consumer has not.
 */
import type { MapCall } from './contract.ts'

interface MapSource<T, R> {
  readonly inputs: Iterable<T> | AsyncIterable<T>
  readonly concurrency: number
  readonly ordered: boolean
  /** Called once, before the first input is taken. */
  begin(): void
  start(input: T, index: number): StartedCall<R>
  /** Called once, when nothing more will be started. */
  done(): void
}

interface StartedCall<R> {
  readonly result: Promise<R>
  cancel(): void
}

type Settled<R> = { readonly ok: true; readonly value: R } | { readonly ok: false; readonly error: unknown }

interface Entry<R> {
  readonly call: StartedCall<R>
  settled: Settled<R> | undefined
}

interface Waiter<R> {
  resolve(result: IteratorResult<R, undefined>): void
  reject(error: unknown): void
}

export class MapResults<T, R> implements MapCall<R> {
  readonly #source: MapSource<T, R>
  /** On their way, in the order in which results are to be given: that of the inputs, or settled ones first. */
  readonly #entries: Entry<R>[] = []
  readonly #waiters: Waiter<R>[] = []
  #iterator: Iterator<T> | AsyncIterator<T> | undefined
  #index = 0
  #hasBegun = false
  #isTaking = false
  #isExhausted = false
  #isStopped = false
  #isDone = false
  #failure: Settled<R> | undefined

  constructor(source: MapSource<T, R>) {
    this.#source = source
  }

  [Symbol.asyncIterator](): this {
    return this
  }

  next(): Promise<IteratorResult<R, undefined>> {
    if (!this.#hasBegun && !this.#isStopped) this.#source.begin()
    this.#hasBegun = true
    return new Promise((resolve, reject) => {
      this.#waiters.push({ resolve, reject })
      this.#advance()
    })
  }

  /** The consumer wants no more: no input is taken, and calls that are still running are cancelled. */
  async return(): Promise<IteratorReturnResult<undefined>> {
    await this.#stop()
    return { done: true, value: undefined }
  }

  /** Takes no more inputs, also where one is being waited for: what was started is still told of, and then `reason` is thrown. */
  interrupt(reason: unknown): void {
    if (this.#isExhausted || this.#isStopped) return
    this.#endWith(reason)
    this.#returnInputs().catch(() => {})
    this.#advance()
  }

  async toArray(): Promise<R[]> {
    const results: R[] = []
    for await (const result of this) results.push(result)
    return results
  }

  #advance(): void {
    while (this.#waiters.length > 0) {
      const settled = this.#takeSettled()
      if (!settled) break
      this.#give(settled)
    }
    if (this.#isStopped || (this.#isExhausted && this.#entries.length === 0)) this.#finish()
    else if (!this.#isExhausted) void this.#take()
  }

  #takeSettled(): Settled<R> | undefined {
    const settled = this.#entries[0]?.settled
    if (settled) this.#entries.shift()
    if (settled || !this.#failure || this.#entries.length > 0) return settled
    const failure = this.#failure
    this.#failure = undefined
    return failure
  }

  #give(settled: Settled<R>): void {
    const waiter = this.#waiters.shift()
    if (settled.ok) waiter?.resolve({ done: false, value: settled.value })
    else {
      this.#stop().catch(() => {})
      waiter?.reject(settled.error)
    }
  }

  /** One input after the other, as long as there is room. */
  async #take(): Promise<void> {
    if (this.#isTaking) return
    this.#isTaking = true
    try {
      while (!this.#isExhausted && !this.#isStopped && this.#entries.length < this.#source.concurrency) {
        this.#iterator ??= iterate(this.#source.inputs)
        const next = await this.#iterator.next()
        if (this.#isExhausted || this.#isStopped) break
        if (next.done) this.#isExhausted = true
        else this.#start(next.value)
      }
    } catch (error) {
      if (!this.#isExhausted) this.#endWith(error)
    }
    this.#isTaking = false
    if (this.#isExhausted) this.#advance()
  }

  #endWith(error: unknown): void {
    this.#isExhausted = true
    this.#failure = { ok: false, error }
  }

  #start(input: T): void {
    const entry: Entry<R> = { call: this.#source.start(input, this.#index++), settled: undefined }
    this.#entries.push(entry)
    const settle = (settled: Settled<R>): void => {
      if (!this.#source.ordered) this.#moveBehindSettled(entry)
      entry.settled = settled
      this.#advance()
    }
    entry.call.result.then(
      value => settle({ ok: true, value }),
      (error: unknown) => settle({ ok: false, error }),
    )
  }

  #moveBehindSettled(entry: Entry<R>): void {
    const index = this.#entries.indexOf(entry)
    if (index < 0) return
    this.#entries.splice(index, 1)
    const unsettled = this.#entries.findIndex(({ settled }) => !settled)
    this.#entries.splice(unsettled < 0 ? this.#entries.length : unsettled, 0, entry)
  }

  async #stop(): Promise<void> {
    if (this.#isStopped) return
    this.#isStopped = true
    const running = this.#entries.splice(0)
    for (const { call, settled } of running) if (!settled) call.cancel()
    this.#finish()
    if (!this.#isExhausted) await this.#returnInputs()
  }

  async #returnInputs(): Promise<void> {
    const returned = Promise.resolve(this.#iterator?.return?.())
    // An input that is being waited for may never come; then the inputs end whenever they can.
    if (this.#isTaking) returned.catch(() => {})
    else await returned
  }

  #finish(): void {
    if (this.#failure && !this.#isStopped) return
    for (const waiter of this.#waiters.splice(0)) waiter.resolve({ done: true, value: undefined })
    if (!this.#isDone) this.#source.done()
    this.#isDone = true
  }
}

function iterate<T>(inputs: Iterable<T> | AsyncIterable<T>): Iterator<T> | AsyncIterator<T> {
  // Text is iterable, and no object.
  const { [Symbol.asyncIterator]: begin } = inputs as Partial<AsyncIterable<T>>
  return begin ? Reflect.apply(begin, inputs, []) : (inputs as Iterable<T>)[Symbol.iterator]()
}
