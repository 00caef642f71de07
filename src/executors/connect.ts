/**
 * connect(): from a target to an Executor.
 */
import { ModulePickleError } from '../errors.ts'
import { shown } from '../option-checks.ts'
import type { Executor } from './contract.ts'
import { connectDocker } from './docker/connect-docker.ts'
import type { DockerOptions } from './docker/docker-options.ts'
import { connectInline, type InlineOptions } from './inline/connect-inline.ts'
import { connectLocal, type LocalOptions } from './local/connect-local.ts'

/** The options of a target, by its scheme; of one that is not known when the program is compiled, those of workers. */
export type ConnectOptions<Target extends string = string> = Target extends 'inline:'
  ? InlineOptions
  : Target extends `docker:${string}`
    ? DockerOptions
    : LocalOptions

interface Scheme {
  /** How a target looks, for messages. */
  readonly form: string
  readonly what: string
  connect(target: string, options: object): Promise<Executor>
}

const schemes: Readonly<Record<string, Scheme>> = {
  local: { form: 'local:', what: 'worker processes on this machine', connect: connectLocal },
  inline: { form: 'inline:', what: 'this process itself, for debugging', connect: connectInline },
  docker: { form: 'docker:IMAGE', what: 'a container, such as docker:node:24-slim', connect: connectDocker },
}

/**
 * An executor for `target`, by default what MODULEPICKLE_TARGET says, else `local:`. Workers start when there are calls.
 * @throws ModulePickleError ERR_TARGET_UNKNOWN; TypeError or RangeError for options that mean nothing
 */
export async function connect<Target extends string = 'local:'>(
  target?: Target,
  options?: ConnectOptions<Target>,
): Promise<Executor> {
  const chosen = target ?? (process.env['MODULEPICKLE_TARGET'] || 'local:')
  if (typeof chosen !== 'string') {
    throw new TypeError(`connect() takes a target such as "local:", then options; the target is ${shown(chosen)}.`)
  }
  const [name = '', rest] = splitAt(chosen, chosen.indexOf(':'))
  const scheme = Object.hasOwn(schemes, name) ? schemes[name] : undefined
  if (!scheme || (scheme.form === `${name}:` && rest !== '')) throw unknownTarget(chosen)
  return scheme.connect(chosen, options ?? {})
}

function splitAt(text: string, colon: number): readonly [string, string] {
  return colon < 0 ? ['', text] : [text.slice(0, colon), text.slice(colon + 1)]
}

function unknownTarget(target: string): ModulePickleError {
  const known = Object.values(schemes).map(({ form, what }) => `  ${form}  ${what}`)
  return new ModulePickleError(
    'ERR_TARGET_UNKNOWN',
    `${JSON.stringify(target)} is not a target that this version of modulepickle knows. There is:\n${known.join('\n')}`,
  )
}
