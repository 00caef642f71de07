/**
 * `modulepickle pack`: a function of a file as a pickle file, with the packages it needs inside.
 */
import { writeFileSync } from 'node:fs'
import { UsageError, type Command } from '../command.ts'
import { exitCodes } from '../exit-codes.ts'
import { takeWords } from '../parse.ts'

export const pack: Command = {
  name: 'pack',
  usage: 'FILE#EXPORT -o F.pkl [--include-packages]',
  summary: 'Writes an exported function, with the local packages it needs, into one file',
  details: [
    'Nothing of your code runs. The file is a pickle: `modulepickle exec` runs it, `modulepickle inspect` shows what is in it, ' +
      '`loads()` gives the function to a program. `-o -` writes to stdout.',
  ],
  options: {
    output: { value: 'F.pkl', short: 'o', what: 'the file to write' },
    'include-packages': {
      what: 'installed packages are taken along, too; else the other end has to have the same ones',
    },
  },
  examples: [
    ['pack eval/score.ts#score -o score.pkl', 'score and the packages that it reaches'],
    ['pack job.ts -o - | ssh host modulepickle exec -', 'without a file in between'],
  ],
  async run(input, terminal) {
    const [reference = ''] = takeWords(input, ['FILE#EXPORT'])
    const output = input.value('output')
    if (output === undefined) throw new UsageError('-o is missing: the file to write.')
    const { dumps } = await import('../../index.ts')
    const { exportedFunction } = await import('../reference.ts')
    terminal.blocked(`packing ${reference}`)
    const bytes = dumps(exportedFunction(reference), {
      packages: input.has('include-packages') ? 'include' : 'reference',
    })
    terminal.doing(undefined)
    if (output === '-') terminal.out(bytes)
    else {
      writeFileSync(output, bytes)
      terminal.note(`${output}: ${bytes.byteLength} bytes\n`)
    }
    return exitCodes.ok
  },
}
