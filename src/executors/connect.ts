/**
 * connect(): from a target to an Executor.
 */
import { availableParallelism } from 'node:os'
import { ModulePickleError } from '../errors.ts'
import type { Freshness } from '../snapshot/pack/working-directory.ts'
import { codeSources } from './code-sources.ts'
import type { Executor } from './contract.ts'
import type { EnvironmentChanges } from './local/environment.ts'
import { WorkerProcess } from './local/worker-process.ts'
import { checkCount, checkFreshness, checkNames } from './options.ts'
import { poolExecutor } from './pool-executor.ts'

export interface ConnectOptions {
  /** At most how many workers run at a time; by default as many as this machine can run in parallel. */
  readonly workers?: number
  /** Variables to add to the workers' environment; undefined takes one away. */
  readonly env?: EnvironmentChanges
  /** The workers' current directory; by default an empty one for each. */
  readonly cwd?: string
  /** When the code on the disk is looked at again: at each call (`call`, the default), never, or when that many ms have passed. */
  readonly fresh?: Freshness
}

/** What there is, and what a message says about it. */
const targets: Readonly<Record<string, string>> = { 'local:': 'worker processes on this machine' }

/**
 * An executor for `target`, by default what MODULEPICKLE_TARGET says, else `local:`. Workers start when there are calls.
 * @throws ModulePickleError ERR_TARGET_UNKNOWN; TypeError or RangeError for options that mean nothing
 */
export async function connect(
  target: string = process.env['MODULEPICKLE_TARGET'] || 'local:',
  options: ConnectOptions = {},
): Promise<Executor> {
  if (!Object.hasOwn(targets, target)) throw unknownTarget(target)
  checkNames('connect()', options, ['workers', 'env', 'cwd', 'fresh'])
  const { workers = availableParallelism(), fresh = 'call', ...place } = options
  checkCount('workers', workers)
  checkFreshness(fresh)
  const startWorker = (): WorkerProcess => new WorkerProcess(place)
  return poolExecutor({ target, workers, sources: codeSources(fresh), startWorker })
}

function unknownTarget(target: string): ModulePickleError {
  const known = Object.entries(targets).map(([name, what]) => `  ${name}  ${what}`)
  return new ModulePickleError(
    'ERR_TARGET_UNKNOWN',
    `${JSON.stringify(target)} is not a target that this version of modulepickle knows. There is:\n${known.join('\n')}`,
  )
}
