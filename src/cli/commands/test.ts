/**
 * `modulepickle test`: a function of a file, run in a container as a test. Nothing of the user's code runs in this process.
 */
import { callArguments } from '../call-arguments.ts'
import type { Command } from '../command.ts'
import { exitCodes } from '../exit-codes.ts'
import { listenForInterruption } from '../interruption.ts'
import { environment, milliseconds } from '../option-values.ts'
import { takeWords } from '../parse.ts'
import { endOfFailed } from '../thrown.ts'

export const test: Command = {
  name: 'test',
  usage: 'FILE#EXPORT [--image IMAGE] [options] [-- ARGUMENTS]',
  summary: 'Runs an exported function in a container, and says whether it passed',
  details: [
    'The packages that the file reaches are packed as they are on disk, with the installed ones that they need, and the function runs ' +
      'in a container that has Node and nothing else. It has passed when it returns; what it prints appears as it is printed.',
    'The engine is the one that DOCKER_HOST names, or that of this machine. It takes the package dockerode: npm install dockerode',
  ],
  options: {
    image: { value: 'IMAGE', what: 'what the container is made from; default node:<your major>-slim' },
    env: {
      value: 'NAME=VALUE',
      what: 'a variable for the environment there; NAME alone gives the one that is set here',
    },
    timeout: { value: 'MS', what: 'ends a function that takes longer' },
  },
  examples: [
    ['test checks.ts#smoke', 'smoke() in a container of node:<your major>-slim'],
    ['test eval/score.ts#score --image node:20-slim -- 41', 'score(41) on Node 20'],
  ],
  async run(input, terminal) {
    const [reference = ''] = takeWords(input, ['FILE#EXPORT'])
    const { exportedFunction } = await import('../reference.ts')
    const { test: testInContainer } = await import('../../test/index.ts')
    const fn = exportedFunction(reference)
    const image = input.value('image')
    const env = environment(input.values('env'))
    const timeoutMs = milliseconds(input.value('timeout'))
    const interruption = listenForInterruption('docker:')
    const signal = AbortSignal.any([interruption.signal, terminal.unread])
    try {
      await testInContainer(fn, {
        args: callArguments(input.rest),
        name: reference,
        signal,
        ...(image !== undefined && { image }),
        ...(env && { env }),
        ...(timeoutMs !== undefined && { timeoutMs }),
      })
      return exitCodes.ok
    } catch (error) {
      return endOfFailed(error, interruption, terminal)
    } finally {
      interruption.dispose()
    }
  },
}
