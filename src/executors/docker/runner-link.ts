/**
 * The sender's side of one runner, from its launch to its end: its workers, and who of them keeps this process running.
 *
 * However the runner ends, all its workers do, with the reason.
 */
import { isModulePickleError, ModulePickleError } from '../../errors.ts'
import { Channels } from '../../protocol/channels.ts'
import { parseMessage, programChannel, type FromRunner } from '../../protocol/runner-messages.ts'
import { keyVariable } from '../conversation-key.ts'
import { ContainerWorker } from './container-worker.ts'
import { withoutNode } from './container-end.ts'
import type { Launch, Launched } from './launch.ts'
import { workerProgram } from './programs.ts'
import { setTimeout } from '../../timers.ts'

export type Hello = Extract<FromRunner, { kind: 'hello' }>

/** How long a worker that is killed may be there still, before its container is taken for dead. */
const killPatienceMs = 10_000

export class RunnerLink {
  readonly channels: Channels
  /** @throws ModulePickleError why there is no runner */
  readonly greeted: Promise<Hello>
  readonly #workers = new Map<number, ContainerWorker>()
  readonly #held = new Set<number>()
  #launched: Launched | undefined
  #started = 0
  #greet: (hello: Hello) => void = () => {}
  #refuse: (error: Error) => void = () => {}
  #hasGreeted = false
  #isOver = false
  #ending: Promise<void> | undefined

  constructor(launch: Launch) {
    this.channels = new Channels(text => this.#take(parseMessage<FromRunner>(text, ['hello', 'exited'])))
    this.greeted = new Promise((resolve, reject) => {
      this.#greet = resolve
      this.#refuse = reject
    })
    this.greeted.catch(() => {})
    this.channels.open(programChannel).end(workerProgram())
    void this.#open(launch)
  }

  get name(): string {
    return this.#launched?.name ?? 'a container that is being started'
  }

  /** It can start no other worker. */
  get isOver(): boolean {
    return this.#isOver
  }

  /** `key` signs the conversation. */
  start(key: Uint8Array | undefined): ContainerWorker {
    const number = ++this.#started
    // First, as a worker has something to say from the start.
    this.channels.send(JSON.stringify({ kind: 'start', worker: number, env: keyVariable(key) }))
    const worker = new ContainerWorker(this, number, key)
    this.#workers.set(number, worker)
    this.hold(number, true)
    return worker
  }

  hold(number: number, isHeld: boolean): void {
    if (isHeld) this.#held.add(number)
    else this.#held.delete(number)
    this.#keepRunning()
  }

  kill(number: number): void {
    if (!this.#workers.has(number)) return
    this.channels.send(JSON.stringify({ kind: 'kill', worker: number }))
    const timer = setTimeout(() => {
      if (this.#workers.has(number)) void this.close()
    }, killPatienceMs)
    timer.unref()
  }

  /** Ends the runner, and all its workers. Settles when it is gone. */
  async close(): Promise<void> {
    this.#isOver = true
    await this.greeted.catch(() => {})
    await this.#end()
    this.#over(new ModulePickleError('ERR_CONTAINER_LOST', `The ${this.name} was ended.`))
  }

  async #open(launch: Launch): Promise<void> {
    try {
      const launched = await launch()
      this.#launched = launched
      let confusion: unknown
      launched.output.on('error', error => (confusion = error))
      launched.output.once('close', () => void this.#lost(launched, confusion))
      this.channels.connect(launched.output, launched.input)
      await launched.started
    } catch (error) {
      this.#over(error as Error)
    }
  }

  #take(message: FromRunner): void {
    if (message.kind === 'exited') {
      const worker = this.#workers.get(message.worker)
      this.#workers.delete(message.worker)
      this.hold(message.worker, false)
      void worker?.exited(message)
      return
    }
    const tooOld = refuseNode(message.node, this.name)
    if (tooOld) {
      this.#over(tooOld)
      void this.#end()
      return
    }
    this.#hasGreeted = true
    this.#greet(message)
    this.#keepRunning()
  }

  /** Who waits for the runner, and later workers, keep this process running. */
  #keepRunning(): void {
    const input = this.#launched?.input
    if (this.#held.size > 0 || !this.#hasGreeted) input?.ref?.()
    else input?.unref?.()
  }

  async #lost(launched: Launched, confusion: unknown): Promise<void> {
    if (this.#isOver) return
    this.#isOver = true
    // No call is given to them any more, while the engine is asked.
    for (const worker of this.#workers.values()) worker.cutOff()
    const said = isModulePickleError(confusion) && !this.#hasGreeted ? confusion.message : ''
    const explain = (): Promise<ModulePickleError> => launched.explain(this.#hasGreeted, said)
    const reason = await launched.started.then(explain, (error: Error) => error)
    this.#over(said === '' ? reason : withoutNode(this.name, 'what was started as Node is something else', said))
    await this.#end()
  }

  #over(reason: Error): void {
    this.#isOver = true
    this.#refuse(reason)
    for (const worker of this.#workers.values()) worker.lose(reason)
    this.#workers.clear()
    this.channels.close()
  }

  #end(): Promise<void> {
    return (this.#ending ??= this.#launched?.end() ?? Promise.resolve())
  }
}

/** Undefined for a version that workers run on. */
function refuseNode(version: string, name: string): ModulePickleError | undefined {
  const [major = 0, minor = 0] = version.slice(1).split('.').map(Number)
  if (major > 20 || (major === 20 && minor >= 19)) return undefined
  return new ModulePickleError(
    'ERR_NODE_TOO_OLD',
    `The ${name} has Node ${version}, and 20.19 or later is needed there. Use an image with a later one, such as node:24-slim.`,
  )
}
