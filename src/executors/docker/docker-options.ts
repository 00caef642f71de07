/**
 * What `docker:` can be told, checked.
 */
import type { KeyOption } from '../../signing/signing-key.ts'
import { codeOptionNames, type CodeOptions } from '../code-sources.ts'
import { checkChoice, checkCount, checkEnvironment, checkNames, checkText } from '../options.ts'
import type { Isolation } from '../pool.ts'

/** A directory or volume of the engine's machine, for the container. */
export interface DockerMount {
  readonly type: 'bind' | 'volume' | 'tmpfs'
  /** A path on the engine's machine, or the name of a volume. */
  readonly source?: string
  readonly target: string
  readonly readOnly?: boolean
}

export interface DockerOptions extends CodeOptions {
  /** At most how many workers run at a time in the container; by default as many as it can run in parallel. */
  readonly workers?: number
  /** Variables of the container's environment, besides those of its image. Nothing else of this process's is passed on. */
  readonly env?: Readonly<Record<string, string>>
  /** The workers' current directory, a path in the container; by default an empty one for each. */
  readonly cwd?: string
  /** What the conversations with the workers are signed with; by default what MODULEPICKLE_KEY has, if anything. */
  readonly key?: KeyOption
  /** What shares a worker process: calls of the same code (`snapshot`, the default), or none (`call`). */
  readonly isolate?: Isolation
  /** How much memory the container may use, all its workers together: bytes, or as `512m`, `2g`. */
  readonly memory?: number | string
  /** How many processors the container may use, such as 1.5. */
  readonly cpus?: number
  /** The network that the container is in: `bridge`, `host`, `none`, or the name of one. By default the engine's. */
  readonly network?: string
  /** As `docker run -v` takes them (`/data:/data:ro`), or one by one. */
  readonly mounts?: readonly (string | DockerMount)[]
  /** Who the workers run as: a name or id, and a group after a colon. By default what the image says. */
  readonly user?: string
  /** GPUs: all, so many, or the engine's own device requests, which are passed on as they are. */
  readonly gpus?: 'all' | number | readonly Readonly<Record<string, unknown>>[]
  /** Of an image for several platforms, which: `linux/arm64`. */
  readonly platform?: string
  /** When the image is pulled: when the engine lacks it (`missing`, the default), always, or never. */
  readonly pull?: 'missing' | 'always' | 'never'
  /** The program that is Node in the image; default `node`. */
  readonly node?: string
  /** Use a container that runs already, in the place of an image: its id or name, or what has `getId()`, as a testcontainer does. */
  readonly container?: string | StartedContainer
}

export interface StartedContainer {
  getId(): string
}

const all = [...codeOptionNames, 'workers', 'env', 'cwd', 'key', 'isolate', 'user', 'node', 'container'] as const
const ofNewContainers = ['memory', 'cpus', 'network', 'mounts', 'gpus', 'platform', 'pull'] as const

/** @throws TypeError or RangeError for options that mean nothing, also of a container that runs already (`isRunning`) */
export function checkDockerOptions(options: DockerOptions, isRunning: boolean): void {
  checkNames('connect()', options, isRunning ? all : [...all, ...ofNewContainers])
  const { workers, cpus, memory, mounts, gpus, pull, env, container } = options
  if (workers !== undefined) checkCount('workers', workers)
  if (options.isolate !== undefined) checkChoice('isolate', options.isolate, ['snapshot', 'call'])
  if (pull !== undefined) checkChoice('pull', pull, ['missing', 'always', 'never'])
  if (typeof gpus === 'number') checkCount('gpus', gpus)
  else if (gpus !== undefined && !Array.isArray(gpus)) checkChoice('gpus', gpus, ['all'])
  if (cpus !== undefined && !(typeof cpus === 'number' && cpus > 0 && Number.isFinite(cpus))) {
    throw new RangeError(`cpus has to be a number over 0, such as 1.5, and is ${String(cpus)}.`)
  }
  if (memory !== undefined) memoryBytes(memory)
  if (mounts !== undefined && !Array.isArray(mounts)) throw new TypeError('mounts has to be an array.')
  for (const name of ['cwd', 'network', 'user', 'platform', 'node'] as const) checkText(name, options[name])
  if (env !== undefined) checkEnvironment(env)
  if (typeof container === 'object' && typeof container.getId !== 'function') {
    throw new TypeError('container has to be an id, or to have getId(), as a started testcontainer does.')
  }
}

const units: Readonly<Record<string, number>> = { b: 0, k: 1, m: 2, g: 3, t: 4 }

/** @throws RangeError for what is no amount of memory */
export function memoryBytes(memory: number | string): number {
  const [, number, unit = 'b'] = /^(\d+(?:\.\d+)?)([bkmgt])?$/.exec(String(memory).toLowerCase()) ?? []
  if (number !== undefined) return Math.floor(Number(number) * 1024 ** units[unit]!)
  throw new RangeError(`memory has to be a number of bytes, or as 512m or 2g, and is ${JSON.stringify(memory)}.`)
}
