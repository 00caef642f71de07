/**
 * Puts what was measured into docs/BENCHMARKS.md, between the markers that name it. The text around it is left alone.
 */
import { readFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'

const document = path.resolve(import.meta.dirname, '../../docs/BENCHMARKS.md')

/** @param parts Markdown by the name in the markers `<!-- NAME -->` and `<!-- /NAME -->` */
export function writeDocument(parts: ReadonlyMap<string, string>): void {
  let text = readFileSync(document, 'utf8')
  for (const [name, part] of parts) text = replacePart(text, name, part)
  writeFileSync(document, text)
}

function replacePart(text: string, name: string, part: string): string {
  const opening = `<!-- ${name} -->\n`
  const start = text.indexOf(opening)
  const end = text.indexOf(`<!-- /${name} -->`, start)
  if (start < 0 || end < 0) throw new Error(`docs/BENCHMARKS.md has no markers for ${name}.`)
  return `${text.slice(0, start + opening.length)}\n${part}\n\n${text.slice(end)}`
}
