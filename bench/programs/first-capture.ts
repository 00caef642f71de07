/**
 * The first capture of a process that has loaded 9 MB of source, in 250 modules.
 * Arguments: modulepickle or pulumi.
 */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { pathToFileURL } from 'node:url'
import { timeOnce } from '../harness/timing.ts'
import { makeTrivial } from './closures.ts'

const [, , peer] = process.argv
const directory = mkdtempSync(path.join(os.tmpdir(), 'modulepickle-bench-'))
try {
  const body = Array.from({ length: 330 }, (_, index) => {
    return `export function compute${index}(a, b) {\n  const sum = a * ${index} + b\n  return { sum, text: \`\${sum} of ${index}\` }\n}\n`
  }).join('')
  for (let index = 0; index < 250; index++) {
    const file = path.join(directory, `module${index}.mjs`)
    writeFileSync(file, body)
    await import(pathToFileURL(file).href)
  }
  const capture = await capturerOf(peer!)
  console.log(JSON.stringify({ [`first capture ${peer}`]: await timeOnce(() => capture(makeTrivial())) }))
} finally {
  rmSync(directory, { recursive: true })
}

async function capturerOf(name: string): Promise<(fn: Function) => unknown> {
  if (name === 'modulepickle') return (await import('../../dist/index.js')).dumps
  const { runtime } = await import('@pulumi/pulumi')
  return fn => runtime.serializeFunction(fn)
}
