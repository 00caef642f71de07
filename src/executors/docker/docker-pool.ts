/**
 * The workers of one container; another container when it is lost.
 */
import { Pool, type Isolation } from '../pool.ts'
import type { ShippedSnapshots } from '../shipped-snapshots.ts'
import type { ContainerWorker } from './container-worker.ts'
import type { Launch } from './launch.ts'
import { RunnerLink, type Hello } from './runner-link.ts'

export class ContainerHost {
  readonly #launch: Launch
  readonly #key: Uint8Array | undefined
  #link: RunnerLink | undefined
  #ahead: ContainerWorker | undefined

  /** `key` signs the conversations with workers. */
  constructor(launch: Launch, key: Uint8Array | undefined) {
    this.#launch = launch
    this.#key = key
  }

  /** @throws ModulePickleError why it cannot be started */
  greeted(): Promise<Hello> {
    return this.#open().greeted
  }

  /** The first worker starts with its container, before there is a pool that asks for it. */
  startAhead(): void {
    this.#ahead = this.#open().start(this.#key)
  }

  startWorker(): ContainerWorker {
    const ahead = this.#ahead
    this.#ahead = undefined
    const link = this.#open()
    return ahead?.isOf(link) ? ahead : link.start(this.#key)
  }

  async close(): Promise<void> {
    await this.#link?.close()
  }

  #open(): RunnerLink {
    if (!this.#link || this.#link.isOver) this.#link = new RunnerLink(this.#launch)
    return this.#link
  }
}

export class DockerPool extends Pool {
  readonly #host: ContainerHost

  constructor(host: ContainerHost, workers: number, shipped: ShippedSnapshots, isolate: Isolation) {
    super(() => host.startWorker(), workers, shipped, isolate)
    this.#host = host
  }

  override async close(): Promise<void> {
    await super.close()
    await this.#host.close()
  }
}
