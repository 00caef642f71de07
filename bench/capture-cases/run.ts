/**
 * Runs a group of cases for a peer: one process writes them, another, without the sources, revives and checks them.
 *
 * A process that dies takes only the case down that it was working on: the next one goes on after it.
 */
import { spawn } from 'node:child_process'
import { existsSync, mkdirSync, mkdtempSync, readFileSync, realpathSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { pathToFileURL } from 'node:url'
import type { Group } from './groups.ts'
import type { Peer } from './peers.ts'
import type { ListedCase, ReceivedRecord, SentRecord } from './programs/records.ts'
import { makeReceiver, makeSender, removeDirectory } from './projects.ts'

/**
 * - `right`: the revived value does what the live one does; or an error said that it cannot travel, where that is so.
 * - `refused`: an error while writing it.
 * - `failed`: an error while reviving or using it.
 * - `wrong`: no error, and not what it was; or writing it, even in vain, changed the live value.
 */
export type OutcomeKind = 'right' | 'refused' | 'failed' | 'wrong'

export interface Outcome {
  readonly kind: OutcomeKind
  readonly message: string
  /** Of the error that refused it. */
  readonly code: string | undefined
}

/** A process that writes down nothing for so long is stuck in the case that it is at. */
const stuckMs = 30_000

/** Lists a group's cases, and runs their checks on the live values. */
export async function listCases(group: Group): Promise<ListedCase[]> {
  return withDirectory(async directory => {
    const file = path.join(directory, 'cases')
    // Checks travel as the text that they are, whatever the tool makes of the rest.
    const main = makeSender(path.join(directory, 'sender'), { ...group, transform: 'none' }, 'esm')
    const { code, stderr } = await runNode(['--import', program('list.ts'), main], { LIST_FILE: file })
    if (code !== 0) throw new Error(`${group.file} does not run:\n${stderr}`)
    return readLines<ListedCase>(file)
  })
}

/** The outcome of each case, by name. */
export async function runGroup(group: Group, cases: readonly ListedCase[], peer: Peer): Promise<Map<string, Outcome>> {
  return withDirectory(async directory => {
    const receiver = path.join(directory, 'receiver')
    makeReceiver(receiver, peer.format)
    mkdirSync(path.join(directory, 'cache'), { mode: 0o700 })
    const env = {
      PEER: peer.name,
      CASES_FILE: path.join(directory, 'cases'),
      SENT_FILE: path.join(directory, 'sent'),
      RECEIVED_FILE: path.join(directory, 'received'),
      MODULEPICKLE_CACHE: path.join(directory, 'cache'),
    }
    writeFileSync(env.CASES_FILE, cases.map(listed => `${JSON.stringify(listed)}\n`).join(''))
    const sent = await sendCases({ group, peer, sender: path.join(directory, 'sender'), env }, cases, undefined)
    const receive = [path.join(import.meta.dirname, 'programs/receive.ts')]
    const received = await runToTheEnd<ReceivedRecord>(receive, receiver, env, env.RECEIVED_FILE)
    return new Map(cases.map(listed => [listed.name, judge(listed, sent, received)]))
  })
}

interface Sending {
  readonly group: Group
  readonly peer: Peer
  readonly sender: string
  readonly env: Readonly<Record<string, string>> & { readonly SENT_FILE: string }
}

/** Halves what a peer cannot load as a whole, until it is left with the cases that it cannot load. */
async function sendCases(
  sending: Sending,
  cases: readonly ListedCase[],
  names: readonly string[] | undefined,
): Promise<Records<SentRecord>> {
  const { group, peer, sender, env } = sending
  const main = makeSender(sender, group, peer.format, names)
  const args = ['--import', program('send.ts'), main]
  const sendEnv = { ...env, CAPTURE_CASES_ROLE: 'send', CAPTURE_CASES_FORMAT: group.format }
  const sent = await runToTheEnd<SentRecord>(args, sender, sendEnv, env.SENT_FILE)
  removeDirectory(sender)
  const reason = sent.deaths.get('')
  if (reason === undefined) return sent
  if (cases.length === 1) return { ...sent, deaths: new Map([[cases[0]!.name, reason]]) }
  const deaths = new Map<string, string>()
  const middle = cases.length >> 1
  for (const half of [cases.slice(0, middle), cases.slice(middle)]) {
    const part = await sendCases(
      sending,
      half,
      half.map(({ name }) => name),
    )
    for (const [name, message] of part.deaths) deaths.set(name, message)
  }
  return { records: existsSync(env.SENT_FILE) ? readLines<SentRecord>(env.SENT_FILE) : [], deaths }
}

interface Records<T> {
  readonly records: readonly T[]
  /** What a process that died said, by the case that it was at; under no name what kept all from running. */
  readonly deaths: ReadonlyMap<string, string>
}

async function runToTheEnd<T extends { readonly name: string }>(
  args: readonly string[],
  cwd: string,
  env: Readonly<Record<string, string>>,
  file: string,
): Promise<Records<T>> {
  const deaths = new Map<string, string>()
  for (;;) {
    const before = existsSync(file) ? readLines<T>(file) : []
    const skip = JSON.stringify([...new Set(before.map(({ name }) => name))])
    const { code, stderr } = await runNode(args, { ...env, SKIP: skip }, cwd, file)
    const records = existsSync(file) ? readLines<T>(file) : []
    if (code === 0) return { records, deaths }
    const last = records.length > before.length ? records.at(-1)!.name : ''
    deaths.set(last, stderr.trim().slice(0, 600) || `The process ended with ${code}.`)
    if (last === '') return { records, deaths }
  }
}

function judge(
  { name, mustRefuse }: ListedCase,
  sent: Records<SentRecord>,
  received: Records<ReceivedRecord>,
): Outcome {
  const written = sent.records.filter(record => record.name === name)
  const damage = written.find(record => 'damaged' in record)
  if (damage) return { kind: 'wrong', message: `Writing it changed the live value: ${damage.damaged}`, code: undefined }
  const refusal = written.find(record => 'refused' in record)
  const refused = refusal?.refused ?? sent.deaths.get(name)
  if (refused !== undefined && !written.some(record => 'payload' in record)) {
    return { kind: mustRefuse && refusal ? 'right' : 'refused', message: refused, code: refusal?.code }
  }
  const verdict = received.records.find(record => record.name === name && 'outcome' in record) as
    | Extract<ReceivedRecord, { outcome: string }>
    | undefined
  const message = verdict?.message ?? received.deaths.get(name) ?? received.deaths.get('') ?? 'It was never revived.'
  if (verdict?.outcome === 'right') return { kind: 'right', message: '', code: undefined }
  return { kind: verdict?.outcome ?? 'failed', message, code: undefined }
}

async function withDirectory<T>(work: (directory: string) => Promise<T>): Promise<T> {
  const directory = realpathSync(mkdtempSync(path.join(tmpdir(), 'modulepickle-cases-')))
  try {
    return await work(directory)
  } finally {
    removeDirectory(directory)
  }
}

function program(name: string): string {
  return pathToFileURL(path.join(import.meta.dirname, 'programs', name)).href
}

function readLines<T>(file: string): T[] {
  const lines = readFileSync(file, 'utf8').split('\n')
  return lines.filter(line => line !== '').map(line => JSON.parse(line) as T)
}

function runNode(
  args: readonly string[],
  env: Readonly<Record<string, string>>,
  cwd = path.dirname(args.at(-1)!),
  /** What the process writes to as it goes on. */
  progressFile?: string,
): Promise<{ code: number | string; stderr: string }> {
  const child = spawn(process.execPath, ['--disable-warning=ExperimentalWarning', ...args], {
    cwd,
    env: { ...process.env, ...env },
    stdio: ['ignore', 'ignore', 'pipe'],
  })
  let stderr = ''
  let progress = { size: 0, at: Date.now() }
  const watch = setInterval(() => {
    const size = progressFile && existsSync(progressFile) ? statSync(progressFile).size : 0
    if (size !== progress.size) progress = { size, at: Date.now() }
    else if (Date.now() - progress.at > stuckMs) child.kill('SIGKILL')
  }, 1000)
  child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text))
  return new Promise((resolve, reject) => {
    child.on('error', reject)
    child.on('close', (code, signal) => {
      clearInterval(watch)
      resolve({ code: code ?? signal ?? 'no code', stderr })
    })
  })
}
