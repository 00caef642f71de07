/**
 * executorSuite(): the whole contract of executors as tests, for any test runner.
 *
 * Each test has an executor of its own, and fails when it takes too long. Tests of what an executor declares that it cannot do are
 * skipped, under names that say so; there is no other way to skip one.
 */
import type { Executor } from '../executors/index.ts'
import type { Capability } from './capabilities.ts'
import { calls } from './contract/calls.ts'
import { classes } from './contract/classes.ts'
import { closing } from './contract/closing.ts'
import type { ContractTest } from './contract/contract-test.ts'
import { crashes } from './contract/crashes.ts'
import { ending } from './contract/ending.ts'
import { errors } from './contract/errors.ts'
import { listening } from './contract/listening.ts'
import { maps } from './contract/maps.ts'
import { quantities } from './contract/quantities.ts'
import { streams } from './contract/streams.ts'
import { versions } from './contract/versions.ts'
import { within } from './deadline.ts'
import { SuiteProject } from './suite-project.ts'

/** As node:test, vitest and jest have it. One test may take minutes: a runner with a limit below that needs a larger one. */
export interface TestFunction {
  (name: string, run: () => Promise<void>): unknown
  skip(name: string, run: () => Promise<void>): unknown
}

export interface SuiteConnectOptions {
  /** How many workers the executor is to have. */
  readonly workers: number
  /** Variables for their environment. Asked for only where the executor has `crashes`. */
  readonly env?: Readonly<Record<string, string>>
}

export interface ExecutorSuiteOptions {
  readonly test: TestFunction
  /** Another executor at each call. */
  connect(options: SuiteConnectOptions): Promise<Executor>
  /** Which of the capabilities it has. All have to be named. */
  readonly supports: Readonly<Record<Exclude<Capability, 'fullDisk'>, boolean>> & {
    /** An executor whose workers have none of the code yet, and no room for it; if there is a way to have one. */
    readonly fullDisk: false | (() => Promise<Executor>)
  }
}

const all: readonly ContractTest[] = [
  ...calls,
  ...classes,
  ...errors,
  ...maps,
  ...streams,
  ...ending,
  ...listening,
  ...crashes,
  ...versions,
  ...quantities,
  ...closing,
]
const testTimeoutMs = 900_000
const closeTimeoutMs = 30_000

/** Hands the contract's tests to `test`. */
export function executorSuite({ test, connect, supports }: ExecutorSuiteOptions): void {
  let project: SuiteProject | undefined
  for (const { name, needs, workers = 2, env, run } of all) {
    const perform = async (): Promise<void> => {
      project ??= await SuiteProject.open()
      const { functions } = project
      const { fullDisk } = supports
      const executor = await (needs === 'fullDisk' && fullDisk ? fullDisk() : connect({ workers, ...(env && { env }) }))
      try {
        await within(testTimeoutMs, name, run({ executor, functions }))
      } finally {
        await within(closeTimeoutMs, 'close({ force: true })', executor.close({ force: true }))
      }
    }
    if (needs === undefined || supports[needs]) test(name, perform)
    else test.skip(`${name} (not declared: ${needs})`, perform)
  }
}
