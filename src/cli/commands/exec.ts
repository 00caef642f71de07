/**
 * `modulepickle exec`: runs the function in a pickle file, in this process.
 */
import { callArguments } from '../call-arguments.ts'
import { UsageError, type Command } from '../command.ts'
import { exitCodes, type ExitCode } from '../exit-codes.ts'
import { takeWords } from '../parse.ts'
import { readPickleFile } from '../pickle-file.ts'
import { printResult } from '../results.ts'
import type { Terminal } from '../terminal.ts'
import { withoutOwnFrames } from '../thrown.ts'

export const exec: Command = {
  name: 'exec',
  usage: 'F.pkl [--json] [-- ARGUMENTS]',
  summary: 'Runs the function in a pickle file and prints its result',
  details: [
    'The function runs in this process, with the local packages that the pickle carries and the installed ones of the current ' +
      'directory. A pickle is a program: only run what you trust. Where the pickle holds no function, its value is printed.',
  ],
  options: { json: { what: 'the result as JSON' } },
  examples: [
    ['exec score.pkl -- 41', 'calls it with 41'],
    ['exec - < score.pkl', 'from stdin'],
  ],
  async run(input, terminal) {
    const [file = ''] = takeWords(input, ['F.pkl'])
    const { loads } = await import('../../index.ts')
    const value = await loads(await readPickleFile(file))
    if (typeof value !== 'function' && input.rest !== undefined) {
      throw new UsageError(`${file} holds no function, so there is nothing to give arguments to.`)
    }
    const fn = typeof value === 'function' ? (value as (...args: readonly unknown[]) => unknown) : () => value
    return call(() => fn(...callArguments(input.rest)), input.has('json'), terminal)
  },
}

async function call(fn: () => unknown, asJson: boolean, terminal: Terminal): Promise<ExitCode> {
  let result: unknown
  try {
    result = await fn()
  } catch (error) {
    terminal.note(`${terminal.thrown(withoutOwnFrames(error))}\n`)
    return exitCodes.threw
  }
  await printResult(result, asJson, terminal)
  return terminal.unread.aborted ? exitCodes.unread : exitCodes.ok
}
