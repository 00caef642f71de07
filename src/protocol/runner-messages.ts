/**
 * What a sender and the runner of a container say to each other beside the workers' own streams, as JSON.
 *
 * The runner (src/runner) runs no code of calls. It has to start fast and on any version of Node, if only to say which it is: so it
 * has no pickles.
 */
import { ModulePickleError } from '../errors.ts'

export type ToRunner =
  /** Start this worker. Its channels are open from here on. `env` is added to its environment. */
  | { readonly kind: 'start'; readonly worker: number; readonly env: Readonly<Record<string, string>> }
  | { readonly kind: 'kill'; readonly worker: number }

export type FromRunner =
  /** The first message. `parallelism` is how many threads can run at once. */
  | { readonly kind: 'hello'; readonly node: string; readonly parallelism: number }
  /** Follows the ends of the worker's channels. */
  | {
      readonly kind: 'exited'
      readonly worker: number
      readonly code: number | null
      readonly signal: string | null
      /** Since the last worker that ended, the system has ended a process of the container for want of memory. */
      readonly wantOfMemory: boolean
      /** Why it could not even be started. */
      readonly failure: string | null
    }

/** On this the sender says first of all what the workers' program is, and ends. */
export const programChannel = 1

/** The channels of a worker: its conversation, and what its code prints. */
export function channelsOf(worker: number): { conversation: number; stdout: number; stderr: number } {
  return { conversation: 3 * worker, stdout: 3 * worker + 1, stderr: 3 * worker + 2 }
}

/** @throws ModulePickleError ERR_PROTOCOL unless `text` is one of `kinds` */
export function parseMessage<M extends ToRunner | FromRunner>(text: string, kinds: readonly M['kind'][]): M {
  const message: unknown = JSON.parse(text)
  const kind: unknown = Object(message).kind
  if (kinds.some(known => known === kind)) return message as M
  throw new ModulePickleError(
    'ERR_PROTOCOL',
    `The peer sent ${text.slice(0, 200)}, which is not ${kinds.join(' or ')}.`,
  )
}
