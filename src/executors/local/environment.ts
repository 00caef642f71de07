/**
 * What a local worker inherits: the sender's environment and export conditions, but nothing that leads to the sender's
 * sources.
 */
import { customConditions } from '../../cloudpickle/source/conditions.ts'
import { withoutHooks } from './node-options.ts'

/** Variables to add to those that a worker inherits; undefined takes one away. */
export type EnvironmentChanges = Readonly<Record<string, string | undefined>>

export function workerEnvironment(changes: EnvironmentChanges = {}): NodeJS.ProcessEnv {
  const { NODE_PATH: _path, NODE_OPTIONS: options = '', ...inherited } = process.env
  const nodeOptions = withoutHooks(options)
  const environment = { ...inherited, ...(nodeOptions === undefined ? {} : { NODE_OPTIONS: nodeOptions }), ...changes }
  return Object.fromEntries(Object.entries(environment).filter(([, value]) => value !== undefined))
}

/** Whether a debugger can attach to workers, and whether they wait for it. */
export type Inspect = boolean | 'wait'

/** Options of the Node process itself: shipped code is to resolve packages as it does here. */
export function workerArguments(inspect: Inspect = false): string[] {
  const conditions = customConditions(process.execArgv, '').map(condition => `--conditions=${condition}`)
  if (inspect === false) return conditions
  // Each worker has a port that is free, and says which on its stderr.
  return [...conditions, inspect === 'wait' ? '--inspect-wait=127.0.0.1:0' : '--inspect=127.0.0.1:0']
}
