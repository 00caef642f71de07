/**
 * Packs a package of many files: `dumps`, the first and again, and an esbuild bundle of the same program.
 * Arguments: the package, the file for the pickle.
 */
import { writeFileSync } from 'node:fs'
import path from 'node:path'
import { pathToFileURL } from 'node:url'
import { buildSync } from 'esbuild'
import { dumps } from '../../dist/index.js'
import { timeOnce, timeWarm } from '../harness/timing.ts'

const [directory = '', pickle = ''] = process.argv.slice(2)
const entry = path.join(directory, 'main.js')
const { main } = (await import(pathToFileURL(entry).href)) as { main: () => number }
let bytes: Uint8Array = new Uint8Array()
const first = await timeOnce(() => (bytes = dumps(main)))
// What is younger than a tick of the clock is not trusted, and looked at again.
await new Promise(resolve => setTimeout(resolve, 100))
dumps(main)
const again = timeWarm(() => dumps(main))
writeFileSync(pickle, bytes)
const bundle = (): number =>
  buildSync({ entryPoints: [entry], bundle: true, write: false, platform: 'node', format: 'esm' }).outputFiles[0]!
    .contents.length
let bundled = 0
const bundledFirst = await timeOnce(() => (bundled = bundle()))
const bundledAgain = await timeOnce(bundle)
console.log(
  JSON.stringify({
    'dumps first': first,
    'dumps again': again,
    'dumps bytes': bytes.length,
    'esbuild first': bundledFirst,
    'esbuild again': bundledAgain,
    'esbuild bytes': bundled,
  }),
)
