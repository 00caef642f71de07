/**
 * CPython as the judge, one interpreter a question.
 *
 * A question is Python source and the bytes it finds as `data`; the answer is the bytes that the source leaves in `result`.
 */
import { spawnSync } from 'node:child_process'

const server = `
import sys, struct, pickle, pickletools, io, json, math
from collections import OrderedDict
def listing(data):
    out = io.StringIO()
    pickletools.dis(data, out)
    return out.getvalue().encode('utf-8', 'surrogatepass')
source, data = sys.stdin.buffer.read().split(b'\\0', 1)
scope = dict(globals(), data=data)
exec(source.decode(), scope)
sys.stdout.buffer.write(scope['result'])
`

/** Runs Python with `data` bound; the bytes left in `result`. */
export function python(source: string, data: Uint8Array = new Uint8Array()): Buffer {
  const input = Buffer.concat([Buffer.from(source), Buffer.from([0]), data])
  const { status, stdout, stderr } = spawnSync('python3', ['-c', server], { input, maxBuffer: 1 << 28 })
  if (status !== 0) throw new Error(`python3 failed: ${stderr.toString()}`)
  return stdout
}

/** pickletools' own listing; it fails on what is no proper pickle. */
export function pickletoolsListing(bytes: Uint8Array): string {
  return python('result = listing(data)', bytes).toString()
}
