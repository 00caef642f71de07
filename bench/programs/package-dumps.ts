/**
 * Pickles a function of the generated package: first, unchanged, and after an edit; beside the least that each could cost.
 * Arguments: the directory of the package.
 */
import { readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { createHash } from 'node:crypto'
import path from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { pathToFileURL } from 'node:url'
import { dumps } from '../../dist/index.js'
import { timeOnce, timeWarm } from '../harness/timing.ts'

const modules = path.join(process.argv[2]!, 'modules')
const files = readdirSync(modules).map(name => path.join(modules, name))
const { score } = (await import(pathToFileURL(files[0]!).href)) as { score: Function }

const first = await timeOnce(() => dumps(score))
const unchanged = timeWarm(() => dumps(score))
const stats = timeWarm(() => files.forEach(file => statSync(file, { bigint: true })))
const edited: number[] = []
const hashed: number[] = []
for (let round = 1; round <= 5; round += 1) {
  await edit(files[137]!, round)
  edited.push(await timeOnce(() => dumps(score)))
  hashed.push(await timeOnce(() => files.map(file => createHash('sha256').update(readFileSync(file)).digest('hex'))))
}
const figures = {
  'first dumps': first,
  'dumps bytes': dumps(score).length,
  'unchanged dumps': unchanged,
  'stat of each file': stats,
  'dumps after an edit': edited.toSorted((a, b) => a - b)[2],
  'hash of each file': hashed.toSorted((a, b) => a - b)[2],
}
console.log(JSON.stringify(figures))

/** Changes one line and then waits as long as it takes a person to get from the editor to the program. */
async function edit(file: string, round: number): Promise<void> {
  writeFileSync(file, readFileSync(file, 'utf8').replace(/version: number = \d+/, `version: number = ${round + 1}`))
  await sleep(200)
}
