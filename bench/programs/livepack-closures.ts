/**
 * Serializes the same closures with livepack, which instruments the code as it is required. So they are required: as CommonJS,
 * from a file of their own.
 */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import os from 'node:os'
import path from 'node:path'
import { transformSync } from 'esbuild'
import { timeWarm } from '../harness/timing.ts'
import type { makeCapturing, makeClass, makeTrivial } from './closures.ts'

interface Closures {
  makeTrivial: typeof makeTrivial
  makeCapturing: typeof makeCapturing
  makeClass: typeof makeClass
}

const require = createRequire(import.meta.url)
;(require('livepack/register') as (options: object) => void)({ cache: false })
const { serialize } = require('livepack') as { serialize(value: unknown): string }

const directory = mkdtempSync(path.join(os.tmpdir(), 'modulepickle-bench-'))
try {
  const file = path.join(directory, 'closures.js')
  const source = readFileSync(path.join(import.meta.dirname, 'closures.ts'), 'utf8')
  writeFileSync(file, transformSync(source, { loader: 'ts', format: 'cjs', target: 'esnext' }).code)
  const closures = require(file) as Closures
  const figures = {
    'livepack trivial': timeWarm(() => serialize(closures.makeTrivial())),
    'livepack trivial bytes': Buffer.byteLength(serialize(closures.makeTrivial())),
    'livepack capturing': timeWarm(() => serialize(closures.makeCapturing())),
    'livepack capturing bytes': Buffer.byteLength(serialize(closures.makeCapturing())),
    'livepack class': timeWarm(() => serialize(closures.makeClass())),
    'livepack class bytes': Buffer.byteLength(serialize(closures.makeClass())),
  }
  console.log(JSON.stringify(figures))
} finally {
  rmSync(directory, { recursive: true })
}
