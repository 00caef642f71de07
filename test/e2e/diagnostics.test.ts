/** Tracing channels and traces, in a program that subscribes to all of them. */
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import path from 'node:path'
import { after, before, suite, test } from 'node:test'
import { stages } from '../../src/diagnostics/channels.ts'
import { LocalProject } from '../support/local-project.ts'
import { nodeOfMajor, repository } from '../support/project.ts'
import { unlessNode } from '../support/requirements.ts'

interface Event {
  readonly stage: string
  readonly event: string
  readonly [detail: string]: unknown
}
interface Traced {
  readonly id: string
  readonly traceparent?: string
  readonly environment?: string
  readonly inherited: string
  readonly told: readonly Record<string, unknown>[]
}
interface Seen {
  readonly dumps: readonly Event[]
  readonly loads: readonly Event[]
  readonly 'call events': readonly Event[]
  readonly 'thrown events': readonly Event[]
  readonly 'inline stages': readonly Event[]
  readonly call: Traced
  readonly 'other trace': Traced
  readonly 'no trace': Traced
  readonly inline: Traced
  readonly 'no traceparent': string
  readonly 'no traceparent either': string
}

const named = (events: readonly Event[] = []): string[] => events.map(({ stage, event }) => `${stage} ${event}`)
const last = (events: readonly Event[] = [], stage: string): Event | undefined =>
  events.findLast(event => event.stage === stage)

for (const major of [20, 24] as const) {
  suite(`diagnostics on Node ${major}`, { skip: unlessNode(major) }, () => {
    let project: LocalProject
    let seen: Seen
    before(async () => {
      project = new LocalProject('plain ESM')
      seen = await project.seen<Seen>('diagnostics', {}, nodeOfMajor(major))
    })
    after(() => project.remove())

    test('tell of capturing and packing within encoding', () => {
      const events = seen['dumps']
      assert.deepEqual(named(events), [
        'encode start',
        'capture start',
        'capture end',
        'pack start',
        'pack end',
        'encode end',
      ])
      assert.equal(last(events, 'capture')?.['name'], 'trace')
      assert.equal(last(events, 'capture')?.['travels'], 'reference')
      assert.match(String(last(events, 'pack')?.['snapshotId']), /^[0-9a-f]{64}$/)
      assert.equal(last(events, 'pack')?.['root'], project.directory)
      assert.ok(Number(last(events, 'encode')?.['sizeBytes']) > 1000)
    })

    test('tell of materializing within decoding', () => {
      const events = seen['loads']
      assert.deepEqual(named(events), [
        'decode start',
        'materialize start',
        'materialize end',
        'decode end',
        'decode asyncStart',
        'decode asyncEnd',
      ])
      assert.equal(last(events, 'materialize')?.['snapshotId'], last(seen['dumps'], 'pack')?.['snapshotId'])
      assert.deepEqual(last(events, 'decode')?.['modules'], ['snapshot:0/src/watched.js'])
    })

    test('tell of a call what both its ends know', () => {
      const events = seen['call events']
      const { traceparent } = seen.call
      assert.deepEqual(
        named(events).filter(name => name.startsWith('transport')),
        ['transport start', 'transport end', 'transport asyncStart', 'transport asyncEnd'],
      )
      const { callId, attempt, target, ok, sizeBytes, traceparent: told } = last(events, 'transport')!
      assert.deepEqual([callId, attempt, target, ok, told], [seen.call.id, 1, 'local:', true, traceparent])
      assert.ok(Number(sizeBytes) > 0)
      const [run] = seen.call.told
      assert.deepEqual([run?.['callId'], run?.['traceparent']], [seen.call.id, traceparent])
      assert.match(String(run?.['snapshotId']), /^[0-9a-f]{64}$/)
    })

    test('tell of a call that throws that it was answered so', () => {
      assert.equal(last(seen['thrown events'], 'transport')?.['ok'], false)
    })

    test('give traces to the other end and to the processes that are started there', () => {
      for (const [what, digit] of [
        ['call', 'a'],
        ['other trace', 'b'],
      ] as const) {
        const traceparent = `00-${digit.repeat(32)}-${digit.repeat(16)}-01`
        const { traceparent: told, environment, inherited } = seen[what]
        assert.deepEqual([told, environment, inherited], [traceparent, traceparent, traceparent])
      }
      const { traceparent, environment, inherited } = seen['no trace']
      assert.deepEqual([traceparent, environment, inherited], [undefined, undefined, 'undefined'])
    })

    test('tell all of it in one process on inline:', () => {
      assert.equal(seen.inline.traceparent, `00-${'c'.repeat(32)}-${'c'.repeat(16)}-01`)
      assert.equal(seen.inline.environment, undefined)
      const names = new Set(named(seen['inline stages']).filter(name => name.endsWith(' start')))
      for (const stage of ['capture', 'encode', 'transport', 'decode', 'run'])
        assert.ok(names.has(`${stage} start`), stage)
    })

    test('refuse what is no traceparent', () => {
      assert.deepEqual([seen['no traceparent'], seen['no traceparent either']], ['RangeError', 'RangeError'])
    })
  })
}

test('DIAGNOSTICS.md has a row for each stage, in their order', () => {
  const text = readFileSync(path.join(repository, 'docs/DIAGNOSTICS.md'), 'utf8')
  assert.deepEqual(
    [...text.matchAll(/^\| `(\w+)` +\|/gm)].map(match => match[1]),
    stages,
  )
})
