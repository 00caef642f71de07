/**
 * `modulepickle inspect`: what is in a pickle file. Nothing of it runs, and nothing is written.
 */
import type { Command } from '../command.ts'
import type { PickleContents, SignatureState } from '../contents.ts'
import { exitCodes } from '../exit-codes.ts'
import { takeWords } from '../parse.ts'
import { readPickleFile } from '../pickle-file.ts'

export const inspect: Command = {
  name: 'inspect',
  usage: 'F.pkl [--dis] [--json]',
  summary: 'Shows what is in a pickle file, without running anything of it',
  details: [
    'The modules that would be evaluated, the snapshots with their files, the installed packages that are needed. --dis adds the ' +
      'opcodes, as `python3 -m pickletools` lists them, with the names that they look up.',
  ],
  options: { dis: { what: 'every opcode' }, json: { what: 'as JSON' } },
  examples: [
    ['inspect score.pkl', 'modules, files, packages'],
    ['inspect score.pkl --json | jq .snapshots[0].files', 'for other programs'],
  ],
  async run(input, terminal) {
    const [file = ''] = takeWords(input, ['F.pkl'])
    const { dis } = await import('../../pickle/index.ts')
    const { contentsOf } = await import('../contents.ts')
    const { splitSignature } = await import('../../signing/signed-pickle.ts')
    const split = splitSignature(await readPickleFile(file))
    // Reads all of it, so that what is no pickle is refused.
    const listing = dis(split.pickle, { names: true })
    const contents = contentsOf(split)
    const shown = input.has('dis')
    if (input.has('json'))
      terminal.out(`${JSON.stringify({ ...contents, ...(shown && { dis: listing }) }, undefined, 2)}\n`)
    else terminal.out(render(file, contents) + (shown ? `\n${listing}\n` : ''))
    return exitCodes.ok
  },
}

const signatureWords: Readonly<Record<SignatureState, string>> = {
  none: 'not signed',
  unverified: 'signed; no key here to verify it with',
  valid: 'signed with the key of MODULEPICKLE_KEY',
  invalid: 'SIGNED WITH ANOTHER KEY, OR ALTERED',
}

function render(name: string, { sizeBytes, signature, format, modules, snapshots, packages }: PickleContents): string {
  const lines = [`${name}: ${sizeBytes} bytes, format ${format}, ${signatureWords[signature]}`]
  lines.push(...section('Evaluates, in this order', modules))
  snapshots.forEach(({ id, files, isInside }, index) => {
    const what = isInside ? `${files.length} files` : 'not inside; looked for in the cache'
    lines.push('', `Snapshot ${index}: ${id} (${what})`)
    lines.push(...files.map(file => `  ${String(file.sizeBytes).padStart(9)}  ${file.path}${file.note ?? ''}`))
  })
  lines.push(...section('Installed packages', packages))
  return `${lines.join('\n')}\n`
}

function section(title: string, items: readonly string[]): string[] {
  return items.length === 0 ? [] : ['', `${title}:`, ...items.map(item => `  ${item}`)]
}
