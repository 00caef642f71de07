/**
 * Puts what a suite measured into docs/BENCHMARKS.md, between the markers that name it. The text around it is left alone.
 */
import { readFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'

const document = path.resolve(import.meta.dirname, '../../docs/BENCHMARKS.md')

/** Replaces what stands between `<!-- NAME -->` and `<!-- /NAME -->`. */
export function writePart(name: string, markdown: string): void {
  const text = readFileSync(document, 'utf8')
  const opening = `<!-- ${name} -->\n`
  const start = text.indexOf(opening)
  const end = text.indexOf(`<!-- /${name} -->`, start)
  if (start < 0 || end < 0) throw new Error(`docs/BENCHMARKS.md has no markers for ${name}.`)
  writeFileSync(document, `${text.slice(0, start + opening.length)}\n${markdown}\n\n${text.slice(end)}`)
}
