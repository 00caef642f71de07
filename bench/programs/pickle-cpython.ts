/** CPython's C pickle on the equal values, which it reads from pickles of this package. The typed array is a bytearray there. */
import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { dumps } from '../../dist/pickle/index.js'
import { values } from './pickle-values.ts'

const program = `
import sys, pickle, time, json
figures = {}
for file in sys.argv[1:]:
    name = file.split('/')[-1]
    value = pickle.load(open(file, 'rb'))
    def both(): return pickle.loads(pickle.dumps(value, 5))
    times, begin = [], time.perf_counter()
    while len(times) < 3 or time.perf_counter() - begin < 1.5:
        start = time.perf_counter(); both(); times.append(time.perf_counter() - start)
    times.sort()
    figures['CPython ' + name] = times[len(times) // 2] * 1000
    figures['CPython ' + name + ' bytes'] = len(pickle.dumps(value, 5))
print(json.dumps(figures))
`

const directory = mkdtempSync(path.join(os.tmpdir(), 'modulepickle-bench-'))
try {
  const files = Object.entries(values).map(([name, make]) => {
    const file = path.join(directory, name)
    const value = make()
    writeFileSync(file, dumps(value instanceof Float64Array ? new Uint8Array(value.buffer) : value))
    return file
  })
  process.stdout.write(execFileSync('python3', ['-c', program, ...files]))
} finally {
  rmSync(directory, { recursive: true })
}
