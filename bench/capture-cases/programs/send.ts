/**
 * Preloaded before a fixture: writes each of its cases with one peer.
 * Reads from the environment: PEER, SENT_FILE, CASES_FILE (what list.ts wrote), SKIP (names as JSON).
 */
import { readFileSync } from 'node:fs'
import { runCheck } from './check.ts'
import { collectCases, countRuns, type HardCase } from './collect.ts'
import { openCodec } from './codec.ts'
import { describeError, recorderTo, withinMs, type ListedCase, type SentRecord } from './records.ts'

const timeoutMs = 10_000
const record = recorderTo<SentRecord>(process.env['SENT_FILE']!)
const skipped = new Set(JSON.parse(process.env['SKIP']!) as string[])
const listed = readFileSync(process.env['CASES_FILE']!, 'utf8').trim().split('\n')
const checks = new Map(listed.map(line => JSON.parse(line) as ListedCase).map(({ name, check }) => [name, check]))
// What a value leaves behind in this process is no answer to whether it can be written.
process.on('unhandledRejection', () => {})

const codec = await openCodec(process.env['PEER']!)

collectCases(async cases => {
  for (const hardCase of cases) if (!skipped.has(hardCase.name)) await send(hardCase)
})

async function send({ name, make }: HardCase): Promise<void> {
  record({ name, began: true })
  const value = make()
  const runsBefore = countRuns()
  try {
    const payload = await withinMs(timeoutMs, Promise.resolve(codec.write(value, name)))
    record({ name, payload })
  } catch (error) {
    const { code } = error as { code?: unknown }
    record({ name, refused: describeError(error), code: typeof code === 'string' ? code : undefined })
  }
  if (countRuns() !== runsBefore) record({ name, damaged: 'code ran that must not run.' })
  const check = checks.get(name)
  if (check === undefined) return
  // Whatever was read from the live value, also before it was refused, it must still be what it was.
  const verdict = await runCheck(check, value)
  if (verdict.outcome !== 'right') record({ name, damaged: verdict.message })
}
