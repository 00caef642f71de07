/**
 * How a worker was lost, as an error: what its transport knows of its end, and what it printed last.
 *
 * Waits for the end of a worker that no longer talks, and ends it where that does not come by itself.
 */
import { ModulePickleError } from '../errors.ts'
import { LogTail, type LogLine } from './logs.ts'
import type { WorkerEnd, WorkerTransport } from './transport.ts'
import { codeOfEnd, describeLastLines, describeLoss, describeStartFailure, type Progress } from './worker-loss.ts'
import { clearTimeout, setTimeout } from '../timers.ts'

/** How long a worker that has ended the conversation may still run. */
const endTimeoutMs = 3_000

export class LossReport {
  readonly #transport: WorkerTransport
  readonly #stderr = new LogTail()

  constructor(transport: WorkerTransport) {
    this.#transport = transport
  }

  /** To be told of every line that the worker prints. */
  hear(line: LogLine): void {
    if (line.stream === 'stderr') this.#stderr.add(line)
  }

  /** Whether the worker may have said more than has come. */
  async isCutOff(): Promise<boolean> {
    return (await this.#end()).isCutOff === true
  }

  /** Of a worker that has not answered a call. */
  async ofCall(progress: Progress): Promise<ModulePickleError> {
    const end = await this.#end()
    const lines = this.#lastLines()
    const what = describeLoss(this.#transport.name, end, progress, lines)
    return new ModulePickleError(codeOfEnd(end, 'ERR_WORKER_LOST'), what + describeLastLines(lines), {
      cause: end.failure,
    })
  }

  /** Of a worker that never was ready. */
  async ofStart(): Promise<ModulePickleError> {
    const end = await this.#end()
    const message = describeStartFailure(this.#transport.name, end) + describeLastLines(this.#lastLines())
    return new ModulePickleError(codeOfEnd(end, 'ERR_WORKER_START'), message, { cause: end.failure })
  }

  async #end(): Promise<WorkerEnd> {
    const timer = setTimeout(() => this.#transport.kill(), endTimeoutMs)
    const end = await this.#transport.ended
    clearTimeout(timer)
    return end
  }

  #lastLines(): string[] {
    return this.#stderr.lines().map(({ text }) => text)
  }
}
