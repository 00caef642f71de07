/**
 * `modulepickle explain`: what would ship with a file or one of its exports, and why.
 */
import type { Command } from '../command.ts'
import { exitCodes } from '../exit-codes.ts'
import { takeWords } from '../parse.ts'

export const explain: Command = {
  name: 'explain',
  usage: 'FILE[#EXPORT] [--json]',
  summary: 'Tells what would ship with a function, why, and what is left out by which rule',
  details: ['Nothing of your code runs, and nothing is sent.'],
  options: { json: { what: 'as JSON' } },
  examples: [['explain eval/score.ts#score', 'packages with the imports that led to them, sizes, what is left out']],
  async run(input, terminal) {
    const [reference = ''] = takeWords(input, ['FILE[#EXPORT]'])
    const { explainFile, renderExplanation } = await import('../../index.ts')
    const { exportedFunction, parseReference } = await import('../reference.ts')
    const { file, name } = parseReference(reference)
    // Says what the file exports where it has no such export.
    if (name !== undefined) exportedFunction(reference)
    const explanation = explainFile(file, name)
    terminal.out(input.has('json') ? `${JSON.stringify(explanation, undefined, 2)}\n` : renderExplanation(explanation))
    return exitCodes.ok
  },
}
