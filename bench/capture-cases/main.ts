/**
 * `npm run bench -- capture-cases`: what each serializer makes of every hard case; with --write, as docs/CAPTURE-CASES.md.
 */
import { readFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { parseArgs } from 'node:util'
import { versionOf } from '../harness/machine.ts'
import { documentOf, keepOthers, type GroupResult } from './document.ts'
import { groups, type Group } from './groups.ts'
import { peers, type Peer } from './peers.ts'
import { listCases, runGroup, type Outcome } from './run.ts'

const usage = `usage: npm run bench -- capture-cases [--write] [--peer ${peers.map(({ name }) => name).join('|')}] [--group FILE]`

/** Resolves to the exit code: 1 when modulepickle got a case wrong, silently. */
export async function captureCases(args: readonly string[]): Promise<number> {
  const { values } = parseArgs({
    args: [...args],
    options: { write: { type: 'boolean', default: false }, peer: { type: 'string' }, group: { type: 'string' } },
  })
  const chosenPeers = peers.filter(({ name }) => values.peer === undefined || name === values.peer)
  const chosen = groups.filter(({ file }) => values.group === undefined || file.startsWith(values.group))
  if (chosenPeers.length === 0 || chosen.length === 0 || (values.write && values.group !== undefined)) {
    console.error(`${usage}\n--write takes all groups; with --peer, the columns of the others stay as they are.`)
    return 2
  }
  const results: GroupResult[] = []
  for (const group of chosen) results.push(await runWithPeers(group, chosenPeers))
  for (const peer of chosenPeers) report(peer, results, chosenPeers.length === 1)
  if (values.write) {
    const file = path.resolve(import.meta.dirname, '../../docs/CAPTURE-CASES.md')
    if (values.peer !== undefined) keepOthers(results, readFileSync(file, 'utf8'))
    writeFileSync(file, documentOf(results, peers, versionOf))
  }
  return results.some(({ outcomes }) => kindsOf(outcomes.get('modulepickle')).includes('wrong')) ? 1 : 0
}

async function runWithPeers(group: Group, chosenPeers: readonly Peer[]): Promise<GroupResult> {
  const cases = await listCases(group)
  const outcomes = new Map<string, Map<string, Outcome>>()
  for (const peer of chosenPeers) {
    console.error(`${group.title}: ${peer.name}`)
    outcomes.set(peer.name, await runGroup(group, cases, peer))
  }
  return { group, cases, outcomes }
}

/** A line of totals, and each case that is not right where that was asked for or is modulepickle's. */
function report(peer: Peer, results: readonly GroupResult[], everything: boolean): void {
  const kinds = results.flatMap(({ outcomes }) => kindsOf(outcomes.get(peer.name)))
  const count = (kind: Outcome['kind']): number => kinds.filter(found => found === kind).length
  const parts = (['right', 'refused', 'failed', 'wrong'] as const).map(kind => `${count(kind)} ${kind}`)
  console.log(`${peer.name}: ${parts.join(', ')}`)
  if (!everything && peer.name !== 'modulepickle') return
  for (const { group, outcomes } of results) {
    for (const [name, { kind, message, code }] of outcomes.get(peer.name)!) {
      if (kind !== 'right') console.log(`  ${kind} · ${group.title} · ${name} · ${code ?? ''}\n      ${message}`)
    }
  }
}

function kindsOf(outcomes: ReadonlyMap<string, Outcome> | undefined): Outcome['kind'][] {
  return outcomes ? [...outcomes.values()].map(({ kind }) => kind) : []
}
