/**
 * Fuzzes the reading of pickles, guided by coverage: `node test/fuzz/pickle.ts [seconds] [seed]`.
 *
 * Prints what it finds and ends with 1; inputs that reach something new are added to corpus.txt. What is being run is kept in a file
 * whose name it prints, should the process hang or die.
 */
import { mkdtempSync, writeFileSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { readCorpus, seeds, writeCorpus } from './corpus.ts'
import { Coverage } from './coverage.ts'
import { judge } from './judge.ts'
import { Mutator, seededRandom } from './mutate.ts'

const seconds = Number(process.argv[2] ?? 60)
const seed = Number(process.argv[3] ?? Date.now() % 1e9)
const batchSize = 50
const mostMemory = 2 ** 31

const mutator = new Mutator(seededRandom(seed))
const coverage = new Coverage()
const corpus: Uint8Array[] = []
const found = new Map<string, Uint8Array>()
const running = path.join(mkdtempSync(path.join(os.tmpdir(), 'modulepickle-fuzz-')), 'running.txt')
console.log(`seed ${seed}; what runs is in ${running}`)

let runs = 0
for (const input of [...readCorpus(), ...seeds()].sort((a, b) => a.length - b.length)) keepIfNew(input)
console.log(`${corpus.length} inputs to begin with, ${coverage.size} blocks`)

const end = Date.now() + seconds * 1000
for (let told = Date.now(); Date.now() < end;) {
  const batch = Array.from({ length: batchSize }, () => mutator.mutate(mutator.pick(corpus), corpus))
  writeFileSync(running, batch.map(input => Buffer.from(input).toString('base64')).join('\n'))
  for (const input of batch) run(input)
  // Which of them it was is found by running them once more, one by one.
  if (coverage.hasNewBlock() || runs % (50 * batchSize) === 0) for (const input of batch) keepIfNew(input)
  if (process.memoryUsage().rss > mostMemory) report('memory', batch[0]!)
  if (Date.now() - told > 30_000) {
    told = Date.now()
    console.log(`${runs} runs, ${corpus.length} inputs, ${coverage.size} blocks, ${found.size} findings`)
  }
}
coverage.close()
writeCorpus(corpus)
console.log(`${runs} runs, ${corpus.length} inputs, ${found.size} findings`)
process.exitCode = found.size === 0 ? 0 : 1

function run(input: Uint8Array): void {
  runs++
  const wrong = judge(input)
  if (wrong !== undefined) report(wrong, input)
}

function keepIfNew(input: Uint8Array): void {
  coverage.hasNewBlock()
  run(input)
  if (coverage.keepIfNew()) corpus.push(input)
}

/** One finding for each place. */
function report(wrong: string, input: Uint8Array): void {
  const place = wrong.split('\n').slice(0, 3).join('\n')
  if (found.has(place)) return
  found.set(place, input)
  console.error(`FOUND ${wrong}\n  in ${Buffer.from(input).toString('base64')}`)
}
