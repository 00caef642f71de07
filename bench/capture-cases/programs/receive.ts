/**
 * Revives cases in a process that has none of their sources, and checks each.
 * Reads from the environment: PEER, SENT_FILE, CASES_FILE, RECEIVED_FILE, SKIP (names as JSON).
 */
import { readFileSync } from 'node:fs'
import { runCheck } from './check.ts'
import { openCodec } from './codec.ts'
import { installRan } from './collect.ts'
import {
  describeError,
  recorderTo,
  withinMs,
  type ListedCase,
  type ReceivedRecord,
  type SentRecord,
} from './records.ts'

const timeoutMs = 10_000
const record = recorderTo<ReceivedRecord>(process.env['RECEIVED_FILE']!)
const skipped = new Set(JSON.parse(process.env['SKIP']!) as string[])
process.on('unhandledRejection', () => {})
installRan()

const codec = await openCodec(process.env['PEER']!)
const checks = new Map(readLines<ListedCase>(process.env['CASES_FILE']!).map(({ name, check }) => [name, check]))
for (const sent of readLines<SentRecord>(process.env['SENT_FILE']!)) {
  if (!('payload' in sent) || skipped.has(sent.name)) continue
  record({ name: sent.name, began: true })
  record({ name: sent.name, ...(await receive(sent.name, sent.payload)) })
}
process.exit(0)

type Received = Omit<Extract<ReceivedRecord, { outcome: string }>, 'name'>

async function receive(name: string, payload: string): Promise<Received> {
  let revived: { readonly value: unknown }
  try {
    revived = await withinMs(timeoutMs, codec.read(payload, name))
  } catch (error) {
    return { outcome: 'failed', message: describeError(error) }
  }
  const check = checks.get(name)
  if (check === undefined) return { outcome: 'wrong', message: 'Something arrived that cannot be what it was.' }
  return runCheck(check, revived.value)
}

function readLines<T>(file: string): T[] {
  const lines = readFileSync(file, 'utf8').split('\n')
  return lines.filter(line => line !== '').map(line => JSON.parse(line) as T)
}
