/** One promise of the contract, and how it is tried. */
import assert from 'node:assert/strict'
import type { Executor } from '../../executors/index.ts'
import { patienceMs, within } from '../deadline.ts'
import type { Capability } from '../capabilities.ts'
import type { Functions } from '../suite-project.ts'

interface Trial {
  readonly executor: Executor
  /** Of a local package. */
  readonly functions: Functions
}

export interface ContractTest {
  /** A sentence that says what is promised. */
  readonly name: string
  readonly needs?: Capability
  /** Default 2. */
  readonly workers?: number
  readonly env?: Readonly<Record<string, string>> | undefined
  run(trial: Trial): Promise<void>
}

/** The error with which `promise` rejects. */
export async function failureOf(promise: Promise<unknown>): Promise<Error & { readonly code?: string }> {
  let value: unknown
  try {
    value = await within(patienceMs, 'a failure', promise)
  } catch (error) {
    assert.ok(error instanceof Error, `rejected with ${String(error)}, and not with an Error`)
    return error
  }
  assert.fail(`was to fail, and gave ${String(value)}`)
}

export async function failsWith(code: string, promise: Promise<unknown>): Promise<Error> {
  const failure = await failureOf(promise)
  assert.equal(failure.code, code, failure.message)
  return failure
}
