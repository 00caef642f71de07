/**
 * `inline:`, this process itself.
 */
import { WithReceived } from '../../received.ts'
import { signingKey, type KeyOption } from '../../signing/signing-key.ts'
import { workingDirectory } from '../../snapshot/pack/working-directory.ts'
import { codeOptionNames, codeSources, type CodeOptions } from '../code-sources.ts'
import type { Executor } from '../contract.ts'
import { checkNames } from '../options.ts'
import { poolExecutor } from '../pool-executor.ts'
import { InlinePool } from './inline-pool.ts'

export interface InlineOptions extends CodeOptions {
  /** Only checked: nothing leaves this process. */
  readonly key?: KeyOption
}

/** @throws TypeError or RangeError for options that mean nothing */
export async function connectInline(target: string, options: InlineOptions): Promise<Executor> {
  checkNames('connect()', options, [...codeOptionNames, 'key'])
  const sources = codeSources(options)
  signingKey(options.key)
  const source = new WithReceived(workingDirectory())
  const makePool = (shipped: ConstructorParameters<typeof InlinePool>[0]): InlinePool => new InlinePool(shipped, source)
  return poolExecutor({ target, workers: 1, sources, makePool })
}
