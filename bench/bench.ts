/**
 * `npm run bench`: measures each suite, prints its table, and with --write puts it into docs/BENCHMARKS.md.
 */
import { parseArgs } from 'node:util'
import { captureCases } from './capture-cases/main.ts'
import { writePart } from './harness/document.ts'
import { describeLoad, describeMachine } from './harness/machine.ts'
import { runSuite } from './harness/rounds.ts'
import { tableOf } from './harness/table.ts'
import { calls } from './suites/calls.ts'
import { closures } from './suites/closures.ts'
import { docker } from './suites/docker.ts'
import { packageSuite } from './suites/package.ts'
import { packing } from './suites/packing.ts'
import { pickle } from './suites/pickle.ts'
import { redeploysSuite } from './suites/redeploys.ts'

const suites = [closures, packageSuite, packing, redeploysSuite, calls, docker, pickle]
const usage = `usage: npm run bench [-- [--write] [--rounds N] [${suites.map(({ name }) => name).join('|')} …]]`

/** Resolves to the exit code. */
export async function bench(args: readonly string[]): Promise<number> {
  if (args[0] === 'capture-cases') return captureCases(args.slice(1))
  let options: Options
  try {
    options = readOptions(args)
  } catch (error) {
    console.error(`${error instanceof Error ? error.message : String(error)}\n${usage}`)
    return 2
  }
  const machine = describeMachine()
  console.log(machine)
  if (options.write) writePart('machine', machine)
  for (const suite of suites.filter(({ name }) => options.names.includes(name))) {
    const rounds = options.rounds ?? suite.rounds
    const load = describeLoad()
    const results = await runSuite({ ...suite, rounds }, round => console.error(`${suite.name}: ${round} of ${rounds}`))
    const part = `${tableOf(results)}\n\nRounds: ${rounds}; ${load}.`
    console.log(`\n${part}`)
    if (options.write) writePart(suite.name, part)
  }
  return 0
}

interface Options {
  readonly names: readonly string[]
  readonly rounds: number | undefined
  readonly write: boolean
}

/** @throws TypeError for what it does not know */
function readOptions(args: readonly string[]): Options {
  const { values, positionals } = parseArgs({
    args: [...args],
    allowPositionals: true,
    options: { write: { type: 'boolean', default: false }, rounds: { type: 'string' } },
  })
  const known = suites.map(({ name }) => name)
  const stranger = positionals.find(name => !known.includes(name))
  if (stranger !== undefined) throw new TypeError(`There is no suite ${stranger}.`)
  const rounds = values.rounds === undefined ? undefined : Number(values.rounds)
  if (rounds !== undefined && !(Number.isInteger(rounds) && rounds > 0))
    throw new TypeError('--rounds is a positive number.')
  return { names: positionals.length > 0 ? positionals : known, rounds, write: values.write }
}
