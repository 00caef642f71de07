/**
 * One call of a function on an executor, as a program: what it prints, its result, and how the program ends.
 */
import { connect, type LogLine } from '../executors/index.ts'
import { prepare } from '../executors/pool-executor.ts'
import { exitCodes, type ExitCode } from './exit-codes.ts'
import { listenForInterruption } from './interruption.ts'
import { printResult } from './results.ts'
import type { Terminal } from './terminal.ts'
import { endOfFailed } from './thrown.ts'

interface Run {
  /** Gives the function. A worker starts meanwhile. */
  readonly find: () => (...args: readonly unknown[]) => unknown
  readonly args: readonly unknown[]
  readonly target: string | undefined
  readonly env: Readonly<Record<string, string | undefined>> | undefined
  readonly timeoutMs: number | undefined
  readonly asJson: boolean
}

/** @throws ModulePickleError or UsageError where it could not be run; what the function throws is reported */
export async function runOn(
  { find, args, target, env, timeoutMs, asJson }: Run,
  terminal: Terminal,
): Promise<ExitCode> {
  const executor = await connect<string>(target, env && { env })
  const where = target ?? process.env['MODULEPICKLE_TARGET'] ?? 'local:'
  const interruption = listenForInterruption(where)
  const signal = AbortSignal.any([interruption.signal, terminal.unread])
  const onLog = ({ stream, text, end }: LogLine): Promise<void> =>
    stream === 'stdout' && !asJson ? terminal.out(text + end) : terminal.note(text + end)
  try {
    prepare(executor)
    const fn = find()
    terminal.doing(`running on ${where}`)
    const limited = executor.with({ signal, onLog, ...(timeoutMs !== undefined && { timeoutMs }) })
    return await report(
      async () => printResult(await limited.run(fn, ...args), asJson, terminal),
      interruption,
      terminal,
    )
  } finally {
    terminal.doing(undefined)
    await executor.close({ force: signal.aborted })
    interruption.dispose()
  }
}

async function report(
  call: () => Promise<void>,
  interruption: ReturnType<typeof listenForInterruption>,
  terminal: Terminal,
): Promise<ExitCode> {
  try {
    await call()
    return terminal.unread.aborted ? exitCodes.unread : exitCodes.ok
  } catch (error) {
    return endOfFailed(error, interruption, terminal)
  }
}
