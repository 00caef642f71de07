/**
 * The change that the demo makes: one line of the tokenizer, in the temporary copy.
 * Output: the diff to show. It must fail, and not do nothing, when the line is no longer there.
 */
import { readFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'

const file = 'filter/tokenizer.ts'
const before = 'const word = /[a-z]{3,}/g'
const after = 'const word = /[a-z0-9$%!-]{2,}/g // prices, numbers and shouting tell a lot'

/** Saves the new tokenizer under `directory` and returns what changed as the lines of a unified diff. */
export function editTokenizer(directory: string): string[] {
  const target = path.join(directory, file)
  const source = readFileSync(target, 'utf8')
  const lines = source.split('\n')
  const index = lines.indexOf(before)
  if (index < 0) throw new Error(`${file} has no line "${before}": change the demo's edit along with it`)
  writeFileSync(
    target,
    source.replace(before, () => after),
  )
  return [
    `--- ${file}`,
    `+++ ${file}`,
    `@@ -${index},3 +${index},3 @@`,
    ` ${lines[index - 1] ?? ''}`,
    `-${before}`,
    `+${after}`,
    ` ${lines[index + 1] ?? ''}`,
  ]
}
