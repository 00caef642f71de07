/**
 * `local:`, worker processes on this machine.
 */
import { availableParallelism } from 'node:os'
import { signingKey, type KeyOption } from '../../signing/signing-key.ts'
import { codeOptionNames, codeSources, type CodeOptions } from '../code-sources.ts'
import type { Executor } from '../contract.ts'
import { checkChoice, checkCount, checkEnvironment, checkNames, checkText } from '../options.ts'
import { poolExecutor } from '../pool-executor.ts'
import { Pool, type Isolation } from '../pool.ts'
import type { EnvironmentChanges, Inspect } from './environment.ts'
import { WorkerProcess } from './worker-process.ts'

export interface LocalOptions extends CodeOptions {
  /** At most how many workers run at a time; by default as many as this machine can run in parallel. */
  readonly workers?: number
  /** Variables to add to the workers' environment; undefined takes one away. */
  readonly env?: EnvironmentChanges
  /** The workers' current directory; by default an empty one for each. */
  readonly cwd?: string
  /** What the conversations with the workers are signed with; by default what MODULEPICKLE_KEY has, if anything. */
  readonly key?: KeyOption
  /**
   * What shares a worker process, and with it the state of modules: calls of the same code (`snapshot`, the default), or none
   * (`call`), so that each begins with a process of its own.
   */
  readonly isolate?: Isolation
  /**
   * Lets a debugger attach to each worker, at a port that it prints to stderr. `'wait'` starts nothing before one has. Give calls
   * all the time they need, and `workers: 1` to have one process to attach to.
   */
  readonly inspect?: Inspect
}

/** @throws TypeError or RangeError for options that mean nothing */
export async function connectLocal(target: string, options: LocalOptions): Promise<Executor> {
  checkNames('connect()', options, [...codeOptionNames, 'workers', 'env', 'cwd', 'key', 'isolate', 'inspect'])
  const { workers = availableParallelism(), isolate = 'snapshot', key: option, ...place } = options
  checkCount('workers', workers)
  const sources = codeSources(options)
  checkChoice('isolate', isolate, ['snapshot', 'call'])
  if (place.env !== undefined) checkEnvironment(place.env)
  checkText('cwd', place.cwd)
  if (place.inspect !== undefined) checkChoice('inspect', place.inspect, [true, false, 'wait'])
  const key = signingKey(option)?.derive('conversation')
  return poolExecutor({
    target,
    workers,
    sources,
    makePool: shipped => new Pool(() => new WorkerProcess({ ...place, key }), workers, shipped, isolate),
  })
}
