/**
 * Calls in, answers out: hands calls to idle workers that have their code, starts workers for those that have none, and
 * replaces workers that are lost. A few workers of code that is not called now are kept, the least recently used are ended.
 *
 * Knows nothing of pickles or of where the workers are.
 */
import type { CallPool, PoolStats } from './call-pool.ts'
import { IdleWorkers } from './idle-workers.ts'
import type { Answer, OutgoingCall } from './outgoing-call.ts'
import { RemoteWorker } from './remote-worker.ts'
import type { ShippedSnapshots } from './shipped-snapshots.ts'
import type { StartWorker } from './transport.ts'
import { hasWaitedLong, WaitingCalls } from './waiting-calls.ts'
import { isLoss } from './worker-loss.ts'

/** A call on its way through the pool. */
interface Job {
  readonly call: OutgoingCall
  readonly resolve: (answer: Answer) => void
  readonly reject: (error: unknown) => void
  worker: RemoteWorker | undefined
  /** To how many new workers it was given. */
  attempts: number
  /** Why it was ended, if somebody did. */
  stopped: Error | undefined
  readonly since: number
}

/** What shares a worker: calls of the same snapshots, or none. */
export type Isolation = 'snapshot' | 'call'

const maximumAttempts = 3
/** How many workers may be idle besides those that calls can use at a time, because they have other code. */
const spareWorkers = 2

export class Pool implements CallPool {
  readonly #startWorker: StartWorker
  readonly #maximum: number
  readonly #shipped: ShippedSnapshots
  readonly #isolate: Isolation
  readonly #waiting = new WaitingCalls<Job>()
  readonly #jobs = new Map<string, Job>()
  readonly #workers = new Set<RemoteWorker>()
  readonly #idle = new IdleWorkers()
  /** Of each worker that runs still, its end. */
  readonly #gone = new Set<Promise<void>>()
  readonly #counts = { filesSent: 0, objectsSent: 0 }
  readonly #past = { bytesSent: 0, bytesReceived: 0 }
  #starting = 0
  #busy = 0
  /** Code has changed once, so it will again: a worker is kept ready for what comes next. */
  #looksAhead: boolean
  #isLookingAhead = false
  #isClosed = false
  #onQuiet: (() => void)[] = []

  /** At most `maximum` calls run at a time. */
  constructor(startWorker: StartWorker, maximum: number, shipped: ShippedSnapshots, isolate: Isolation = 'snapshot') {
    this.#startWorker = startWorker
    this.#maximum = maximum
    this.#shipped = shipped
    this.#isolate = isolate
    this.#looksAhead = isolate === 'call'
  }

  /** @throws ModulePickleError ERR_WORKER_LOST, ERR_WORKER_START, or what `stop` was given */
  answer(call: OutgoingCall): Promise<Answer> {
    return new Promise((resolve, reject) => {
      const since = performance.now()
      const job: Job = { call, resolve, reject, worker: undefined, attempts: 0, stopped: undefined, since }
      this.#jobs.set(call.id, job)
      this.#waiting.add(job)
      this.#advance()
    })
  }

  /** A call is about to come: starts a worker for it, if it needs another one, which then starts while the call is captured. */
  prepare(): void {
    if (this.#idle.size === 0 && this.#starting <= this.#waiting.size) this.#startUpTo(1)
  }

  /** Ends a call: one that is running soon, or with its worker. Does nothing for one that is over. */
  stop(callId: string, reason: Error): void {
    const job = this.#jobs.get(callId)
    if (!job || job.stopped) return
    job.stopped = reason
    job.reject(reason)
    if (job.worker) return job.worker.abort(callId, reason.message)
    this.#waiting.remove(job)
    this.#finish(job)
  }

  stopAll(reason: Error): void {
    for (const callId of this.#jobs.keys()) this.stop(callId, reason)
  }

  /** Workers may forget a function. */
  release(functionId: string): void {
    for (const worker of this.#workers) worker.release(functionId)
  }

  /** Settles when no call is running or waiting. */
  async quiet(): Promise<void> {
    if (this.#jobs.size > 0) await new Promise<void>(resolve => this.#onQuiet.push(resolve))
  }

  /** Ends the workers. Settles when all that were ever started have ended. */
  async close(): Promise<void> {
    this.#isClosed = true
    await Promise.all([...this.#workers].map(worker => worker.close()))
    await Promise.all(this.#gone)
  }

  stats(): PoolStats {
    let { bytesSent, bytesReceived } = this.#past
    for (const worker of this.#workers) {
      bytesSent += worker.bytesSent
      bytesReceived += worker.bytesReceived
    }
    return { ...this.#counts, bytesSent, bytesReceived, workers: this.#workers.size }
  }

  #advance(): void {
    while (this.#busy + this.#starting < this.#maximum) {
      const [worker, job] = this.#match()
      if (!worker || !job) break
      this.#waiting.remove(job)
      this.#serve(worker, job)
    }
    this.#startUpTo(this.#waiting.size - this.#starting - (this.#isLookingAhead ? 1 : 0))
  }

  /** The call whose turn it is, and a worker that has its code. */
  #match(): readonly [worker?: RemoteWorker, job?: Job] {
    for (const job of this.#waiting.first()) {
      const worker = this.#idle.take(job.call)
      if (worker) return [worker, job]
      if (this.#starting === 0 && hasWaitedLong(job)) break
    }
    return []
  }

  #startUpTo(count: number): void {
    this.#looksAhead ||= count > 0 && this.#idle.size > 0
    for (let left = count; left > 0 && this.#busy + this.#starting < this.#maximum; left--) {
      this.#makeRoom()
      this.#starting++
      void this.#start().then(() => {
        this.#starting--
        this.#advance()
      })
    }
  }

  #makeRoom(): void {
    if (this.#workers.size < this.#maximum + spareWorkers) return
    const least = this.#idle.takeLeastUsed()
    if (least) this.#retire(least)
  }

  /** Settles when the worker is idle, or failed to start. */
  async #start(): Promise<void> {
    let worker: RemoteWorker | undefined
    try {
      worker = new RemoteWorker(this.#startWorker(), this.#shipped, this.#counts)
      this.#admit(worker)
      await worker.ready()
      if (worker.isUsable) this.#rest(worker)
    } catch (error) {
      if (worker) this.#remove(worker)
      this.#failWaiting(error)
    }
  }

  #admit(worker: RemoteWorker): void {
    this.#workers.add(worker)
    const gone = worker.transport.ended.then(() => {
      this.#remove(worker)
      this.#gone.delete(gone)
    })
    this.#gone.add(gone)
  }

  /** Without this, calls would start workers that do not start for ever. */
  #failWaiting(error: unknown): void {
    const [job] = this.#waiting.first()
    if (!job) return
    this.#waiting.remove(job)
    this.#finish(job)
    job.reject(error)
  }

  #serve(worker: RemoteWorker, job: Job): void {
    job.worker = worker
    // One that has served may be at its end, and so may all of them: where their cache was removed, for one.
    if (!worker.hasServed) job.attempts++
    this.#busy++
    worker.transport.hold(true)
    worker.call(job.call).then(
      answer => {
        job.resolve(answer)
        this.#finish(job)
        this.#free(worker)
      },
      (error: unknown) => {
        this.#lost(job, worker, error)
        this.#free(worker)
      },
    )
  }

  #free(worker: RemoteWorker): void {
    this.#busy--
    if (worker.isUsable && this.#isolate === 'snapshot') this.#rest(worker)
    else this.#retire(worker)
    this.#advance()
    this.#lookAhead()
  }

  /** A call that its worker did not even begin with is none that failed. Some calls end every worker, so patience is limited. */
  #lost(job: Job, worker: RemoteWorker, error: unknown): void {
    if (!job.stopped && !worker.hasBegun && isLoss(error) && job.attempts < maximumAttempts) {
      job.worker = undefined
      this.#waiting.putBack(job)
      return
    }
    job.reject(job.stopped ?? error)
    this.#finish(job)
  }

  #rest(worker: RemoteWorker): void {
    worker.transport.hold(false)
    this.#idle.add(worker)
  }

  /** A worker starts for code that nobody has called yet, once there is time for it. */
  #lookAhead(): void {
    const isWanted = this.#looksAhead && !this.#isLookingAhead && !this.#isClosed && !this.#idle.hasBlank
    if (!isWanted || this.#busy + this.#starting > 0) return
    this.#isLookingAhead = true
    this.#makeRoom()
    void this.#start().then(() => {
      this.#isLookingAhead = false
      this.#advance()
    })
  }

  /** It counts no more; another one may be started while it ends. */
  #retire(worker: RemoteWorker): void {
    this.#remove(worker)
    void worker.close()
  }

  #remove(worker: RemoteWorker): void {
    if (!this.#workers.delete(worker)) return
    this.#past.bytesSent += worker.bytesSent
    this.#past.bytesReceived += worker.bytesReceived
    this.#idle.remove(worker)
  }

  #finish(job: Job): void {
    this.#jobs.delete(job.call.id)
    if (this.#jobs.size > 0) return
    for (const resolve of this.#onQuiet) resolve()
    this.#onQuiet = []
  }
}
