/**
 * A worker in a container: its streams are channels of the runner that has started it.
 */
import { finished } from 'node:stream/promises'
import type { Duplex, Readable } from 'node:stream'
import type { Channel } from '../../protocol/channels.ts'
import { channelsOf, type FromRunner } from '../../protocol/runner-messages.ts'
import { readSoFar, SignedStream } from '../../protocol/index.ts'
import type { LineSplitter, LogLine } from '../logs.ts'
import { readLines } from '../read-lines.ts'
import type { WorkerEnd, WorkerTransport } from '../transport.ts'
import { wantOfMemory } from './container-end.ts'
import type { RunnerLink } from './runner-link.ts'

type Exited = Extract<FromRunner, { kind: 'exited' }>

export class ContainerWorker implements WorkerTransport {
  readonly stream: Duplex
  readonly ended: Promise<WorkerEnd>
  onLine: WorkerTransport['onLine'] = () => undefined
  readonly #link: RunnerLink
  readonly #number: number
  readonly #output: readonly Channel[]
  readonly #splitters: readonly LineSplitter[]
  readonly #printed: Promise<unknown>
  #end: (end: WorkerEnd) => void = () => {}

  /** The runner was told by who makes this. */
  constructor(link: RunnerLink, number: number, key: Uint8Array | undefined) {
    this.#link = link
    this.#number = number
    this.ended = new Promise(resolve => (this.#end = resolve))
    const { conversation, stdout, stderr } = channelsOf(number)
    const channel = link.channels.open(conversation)
    this.stream = key ? new SignedStream(channel, key, 'sender') : channel
    const [out, err] = [link.channels.open(stdout), link.channels.open(stderr)]
    this.#output = [out, err]
    this.#splitters = [this.#split(out, 'stdout'), this.#split(err, 'stderr')]
    this.#printed = Promise.allSettled([out, err].map(pipe => finished(pipe, { writable: false })))
  }

  get name(): string {
    return `worker ${this.#number} in ${this.#link.name}`
  }

  isOf(link: RunnerLink): boolean {
    return link === this.#link
  }

  /**
   * The runner passes on what was printed before what was said after it, and both come in one stream: only who takes lines slowly can
   * be behind.
   */
  async caughtUp(): Promise<void> {
    if (this.#output.some(pipe => pipe.isPaused() || pipe.readableLength > 0)) await readSoFar(this.#output)
  }

  flushLines(): void {
    for (const splitter of this.#splitters) splitter.flush()
  }

  hold(isHeld: boolean): void {
    this.#link.hold(this.#number, isHeld)
  }

  kill(): void {
    this.#link.kill(this.#number)
  }

  /** The runner says that it is gone. */
  async exited({ code, signal, failure, wantOfMemory: isOom }: Exited): Promise<void> {
    await this.#printed
    this.#leave()
    if (isOom) this.#end({ code, signal, failure: wantOfMemory(this.#link.name) })
    else this.#end(failure === null ? { code, signal } : { code, signal, failure: new Error(failure) })
  }

  /** Nothing more can be said to it, nor come from it. */
  cutOff(): void {
    this.stream.destroy()
  }

  /** The runner itself is gone, and what it has not passed on. */
  lose(failure: Error): void {
    this.#leave()
    this.#end({ code: null, signal: null, failure, isCutOff: true })
  }

  #leave(): void {
    this.flushLines()
    this.stream.destroy()
  }

  #split(source: Readable, stream: LogLine['stream']): LineSplitter {
    source.on('error', () => {})
    return readLines(source, stream, line => this.onLine(line))
  }
}
