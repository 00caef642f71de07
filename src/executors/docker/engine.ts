/**
 * The container engine: dockerode, loaded when it is first needed, and what of it is used here.
 *
 * Where the engine is, DOCKER_HOST says, as for the docker command; without it, the socket of this machine.
 */
import { createRequire } from 'node:module'
import path from 'node:path'
import type { Duplex, Readable } from 'node:stream'
import { pathToFileURL } from 'node:url'
import { ModulePickleError } from '../../errors.ts'
import { engineError, unreachable } from './engine-errors.ts'

/** What the engine's API calls a body or a query. */
export type Parameters = Readonly<Record<string, unknown>>

/** What carries the streams of a container: a socket, or over SSH another stream. */
export type EngineSocket = Duplex & { ref?(): unknown; unref?(): unknown }

export interface Container {
  readonly id: string
  start(): Promise<unknown>
  attach(options: Parameters): Promise<EngineSocket>
  inspect(): Promise<ContainerState>
  exec(body: Parameters): Promise<{ start(options: Parameters): Promise<EngineSocket> }>
  wait(options: Parameters): Promise<unknown>
  remove(options: Parameters): Promise<unknown>
}

export interface ContainerState {
  readonly Config: { readonly Image: string }
  readonly State: { readonly Running: boolean; readonly OOMKilled: boolean; readonly ExitCode: number }
}

export interface Engine {
  ping(options: { readonly abortSignal: AbortSignal }): Promise<unknown>
  createContainer(options: { readonly _query: Parameters; readonly _body: Parameters }): Promise<Container>
  getContainer(id: string): Container
  listContainers(options: Parameters): Promise<readonly { readonly Id: string; readonly Labels: Labels }[]>
  pull(image: string, options: Parameters): Promise<Readable>
  getEvents(options: Parameters): Promise<Readable>
}

export type Labels = Readonly<Record<string, string>>

const pingTimeoutMs = 10_000

/**
 * An engine that answers.
 * @throws ModulePickleError ERR_PEER_MISSING, ERR_ENGINE_UNREACHABLE, ERR_ENGINE_DENIED
 */
export async function openEngine(): Promise<Engine> {
  const Docker = await loadClient()
  const silence = AbortSignal.timeout(pingTimeoutMs)
  try {
    const engine = new Docker()
    await engine.ping({ abortSignal: silence })
    return engine
  } catch (error) {
    throw silence.aborted
      ? unreachable(`it did not answer within ${pingTimeoutMs / 1000} s`, error)
      : engineError(error)
  }
}

type Client = new () => Engine

async function loadClient(): Promise<Client> {
  // Not a literal: whoever compiles against this package need not have it.
  const name: string = 'dockerode'
  try {
    const { default: Docker } = (await import(resolveClient(name))) as { readonly default: Client }
    return Docker
  } catch (cause) {
    throw new ModulePickleError(
      'ERR_PEER_MISSING',
      `docker: talks to the engine through the package dockerode, which cannot be loaded: ${(cause as Error).message.split('\n')[0]}. Install it: npm install dockerode`,
      { cause },
    )
  }
}

/** Beside this package, as a peer is; else beside the program, as where this package is linked. */
function resolveClient(name: string): string {
  try {
    return pathToFileURL(createRequire(import.meta.url).resolve(name)).href
  } catch {
    return pathToFileURL(createRequire(path.join(process.cwd(), 'program.js')).resolve(name)).href
  }
}
