/**
 * `local:`, worker processes on this machine.
 */
import { availableParallelism } from 'node:os'
import type { Freshness } from '../../snapshot/pack/working-directory.ts'
import { signingKey, type KeyOption } from '../../signing/signing-key.ts'
import { codeSources } from '../code-sources.ts'
import type { Executor } from '../contract.ts'
import { checkCount, checkFreshness, checkNames } from '../options.ts'
import { poolExecutor } from '../pool-executor.ts'
import { Pool } from '../pool.ts'
import type { EnvironmentChanges } from './environment.ts'
import { WorkerProcess } from './worker-process.ts'

export interface LocalOptions {
  /** At most how many workers run at a time; by default as many as this machine can run in parallel. */
  readonly workers?: number
  /** Variables to add to the workers' environment; undefined takes one away. */
  readonly env?: EnvironmentChanges
  /** The workers' current directory; by default an empty one for each. */
  readonly cwd?: string
  /** When the code on the disk is looked at again: at each call (`call`, the default), never, or when that many ms have passed. */
  readonly fresh?: Freshness
  /** What the conversations with the workers are signed with; by default what MODULEPICKLE_KEY has, if anything. */
  readonly key?: KeyOption
}

/** @throws TypeError or RangeError for options that mean nothing */
export async function connectLocal(target: string, options: LocalOptions): Promise<Executor> {
  checkNames('connect()', options, ['workers', 'env', 'cwd', 'fresh', 'key'])
  const { workers = availableParallelism(), fresh = 'call', key: option, ...place } = options
  checkCount('workers', workers)
  checkFreshness(fresh)
  const key = signingKey(option)?.derive('conversation')
  return poolExecutor({
    target,
    workers,
    sources: codeSources(fresh),
    makePool: shipped => new Pool(() => new WorkerProcess({ ...place, key }), workers, shipped),
  })
}
