/** Writes the frozen pickles again: `node test/vectors/write.ts`, to be done only when the format changes on purpose. */
import { spawnSync } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { dumps } from '../../src/pickle/index.ts'
import { javascriptValues, pythonValues } from './values.ts'

const written = Object.fromEntries(
  Object.entries(javascriptValues).map(([name, value]) => [name, Buffer.from(dumps(value)).toString('base64')]),
)
writeFileSync(new URL('pickle-js.json', import.meta.url), `${JSON.stringify(written, null, 2)}\n`)

const program = `
import sys, json, pickle, base64, builtins
from collections import OrderedDict
sources = json.load(sys.stdin)
print(json.dumps({s: [base64.b64encode(pickle.dumps(eval(s), p)).decode() for p in range(6)] for s in sources}, indent=2))
`
const { stdout, status } = spawnSync('python3', ['-c', program], { input: JSON.stringify(pythonValues.map(([source]) => source)) })
if (status !== 0) throw new Error('python3 failed')
writeFileSync(new URL('pickle-cpython.json', import.meta.url), stdout)
