/**
 * Calls in, answers out: hands calls to idle workers in the order they came, starts workers when there are more calls than
 * workers, and replaces those that are lost.
 *
 * Knows nothing of pickles or of where the workers are.
 */
import { isModulePickleError } from '../errors.ts'
import type { CallPool, PoolStats } from './call-pool.ts'
import type { Answer, OutgoingCall } from './outgoing-call.ts'
import { RemoteWorker } from './remote-worker.ts'
import type { ShippedSnapshots } from './shipped-snapshots.ts'
import type { StartWorker } from './transport.ts'

/** A call on its way through the pool. */
interface Job {
  readonly call: OutgoingCall
  readonly resolve: (answer: Answer) => void
  readonly reject: (error: unknown) => void
  worker: RemoteWorker | undefined
  /** To how many workers it was given. */
  attempts: number
  /** Why it was ended, if somebody did. */
  stopped: Error | undefined
}

const maximumAttempts = 3

export class Pool implements CallPool {
  readonly #startWorker: StartWorker
  readonly #maximum: number
  readonly #shipped: ShippedSnapshots
  readonly #waiting: Job[] = []
  readonly #jobs = new Map<string, Job>()
  readonly #workers = new Set<RemoteWorker>()
  readonly #idle: RemoteWorker[] = []
  /** Of each worker that runs still, its end. */
  readonly #gone = new Set<Promise<void>>()
  readonly #counts = { filesSent: 0, objectsSent: 0 }
  readonly #past = { bytesSent: 0, bytesReceived: 0 }
  #starting = 0
  #onQuiet: (() => void)[] = []

  constructor(startWorker: StartWorker, maximum: number, shipped: ShippedSnapshots) {
    this.#startWorker = startWorker
    this.#maximum = maximum
    this.#shipped = shipped
  }

  /** @throws ModulePickleError ERR_WORKER_LOST, ERR_WORKER_START, or what `stop` was given */
  answer(call: OutgoingCall): Promise<Answer> {
    return new Promise((resolve, reject) => {
      const job: Job = { call, resolve, reject, worker: undefined, attempts: 0, stopped: undefined }
      this.#jobs.set(call.id, job)
      this.#waiting.push(job)
      this.#advance()
    })
  }

  /** A call is about to come: starts a worker for it, if it needs another one, which then starts while the call is captured. */
  prepare(): void {
    if (this.#idle.length === 0 && this.#starting <= this.#waiting.length) this.#startUpTo(1)
  }

  /** Ends a call: one that is running soon, or with its worker. Does nothing for one that is over. */
  stop(callId: string, reason: Error): void {
    const job = this.#jobs.get(callId)
    if (!job || job.stopped) return
    job.stopped = reason
    job.reject(reason)
    if (job.worker) return job.worker.abort(callId, reason.message)
    this.#waiting.splice(this.#waiting.indexOf(job), 1)
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
    while (this.#waiting.length > 0) {
      const worker = this.#idle.pop()
      if (!worker) break
      void this.#serve(worker, this.#waiting.shift() as Job)
    }
    this.#startUpTo(this.#waiting.length - this.#starting)
  }

  #startUpTo(count: number): void {
    for (let left = count; left > 0 && this.#workers.size < this.#maximum; left--) void this.#start()
  }

  async #start(): Promise<void> {
    this.#starting++
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
    this.#starting--
    this.#advance()
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
    const job = this.#waiting.shift()
    if (!job) return
    this.#finish(job)
    job.reject(error)
  }

  async #serve(worker: RemoteWorker, job: Job): Promise<void> {
    job.worker = worker
    job.attempts++
    worker.transport.hold(true)
    try {
      const answer = await worker.call(job.call)
      job.resolve(answer)
      this.#finish(job)
    } catch (error) {
      this.#lost(job, worker, error)
    }
    if (worker.isUsable) this.#rest(worker)
    else this.#retire(worker)
    this.#advance()
  }

  /** A call that its worker did not even begin with is none that failed. Some calls end every worker, so patience is limited. */
  #lost(job: Job, worker: RemoteWorker, error: unknown): void {
    if (!job.stopped && !worker.hasBegun && isLoss(error) && job.attempts < maximumAttempts) {
      job.worker = undefined
      this.#waiting.unshift(job)
      return
    }
    job.reject(job.stopped ?? error)
    this.#finish(job)
  }

  #rest(worker: RemoteWorker): void {
    worker.transport.hold(false)
    this.#idle.push(worker)
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
    const index = this.#idle.indexOf(worker)
    if (index >= 0) this.#idle.splice(index, 1)
  }

  #finish(job: Job): void {
    this.#jobs.delete(job.call.id)
    if (this.#jobs.size > 0) return
    for (const resolve of this.#onQuiet) resolve()
    this.#onQuiet = []
  }
}

function isLoss(error: unknown): boolean {
  return isModulePickleError(error, 'ERR_WORKER_LOST')
}
