/**
 * `modulepickle run`: a function of a file, run where `--on` says. Nothing of the user's code runs in this process.
 */
import { callArguments } from '../call-arguments.ts'
import type { Command } from '../command.ts'
import { environment, milliseconds } from '../option-values.ts'
import { takeWords } from '../parse.ts'

export const run: Command = {
  name: 'run',
  usage: 'FILE#EXPORT [--on TARGET] [options] [-- ARGUMENTS]',
  summary: 'Runs an exported function of any file, TypeScript included, and prints its result',
  details: [
    'The packages that the file reaches are packed as they are on disk, and the function runs where TARGET says. Nothing of your ' +
      'code runs in this process. Without #EXPORT, the default export is meant.',
    'Arguments are JSON where they can be read as that, else strings: 41 is a number, \'"41"\' a string. What the function prints appears as it is printed. Its result ' +
      'follows on stdout; of an async iterable each item, as it comes.',
  ],
  options: {
    on: {
      value: 'TARGET',
      what: 'where: local: (the default, or what MODULEPICKLE_TARGET says), docker:IMAGE, inline:',
    },
    env: {
      value: 'NAME=VALUE',
      what: 'a variable for the environment there; NAME alone gives the one that is set here',
    },
    timeout: { value: 'MS', what: 'ends a run that takes longer' },
    json: { what: 'the result as JSON on stdout; what the function prints goes to stderr' },
  },
  examples: [
    ['run eval/score.ts#score -- 41', 'score(41) in a worker process'],
    ['run jobs.ts#nightly --on docker:node:24-slim --timeout 60000', 'in a container, for at most a minute'],
    [`run report.ts --json -- '{"year": 2024}' | jq .total`, 'the default export, its result for other programs'],
  ],
  async run(input, terminal) {
    const [reference = ''] = takeWords(input, ['FILE#EXPORT'])
    const { exportedFunction, parseReference } = await import('../reference.ts')
    const { runOn } = await import('../run-on.ts')
    parseReference(reference)
    const target = input.value('on')
    const args = callArguments(input.rest)
    const timeoutMs = milliseconds(input.value('timeout'))
    const env = environment(input.values('env'))
    const find = (): ReturnType<typeof exportedFunction> => {
      terminal.blocked(`packing ${reference}`)
      return exportedFunction(reference)
    }
    return runOn({ find, args, target, env, timeoutMs, asJson: input.has('json') }, terminal)
  },
}
