/** docs/PROTOCOL.md says what the code does. */
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import path from 'node:path'
import { suite, test } from 'node:test'
import { encodeFrame } from '../../../src/protocol/frame.ts'
import { encodeMessage, protocolVersion, senderKinds, workerKinds } from '../../../src/protocol/messages.ts'
import { repository } from '../../support/project.ts'

const text = readFileSync(path.join(repository, 'docs/PROTOCOL.md'), 'utf8')

/** The first cells of the table under a heading. */
function kindsUnder(heading: string): (string | undefined)[] {
  const section = text.split(`### ${heading}\n`)[1]?.split('\n#')[0] ?? ''
  return [...section.matchAll(/^\| `(\w+)` +\|/gm)].map(match => match[1])
}

suite('PROTOCOL.md', () => {
  test('has a row for each message, and no other', () => {
    assert.deepEqual(kindsUnder('From the worker'), workerKinds)
    assert.deepEqual(kindsUnder('From the sender'), senderKinds)
  })

  test('names the version', () => assert.ok(text.includes(`Protocol ${protocolVersion}.`)))

  test('shows the bytes of its example', () => {
    const [, example = ''] = /```\n(00 00[^]*?)```/.exec(text) ?? []
    const shown = [...example.matchAll(/^((?:[0-9a-f]{2} )*[0-9a-f]{2})/gm)].map(match => match[1]).join(' ')
    const frame = Buffer.concat(encodeFrame({ header: encodeMessage({ kind: 'close' }), body: new Uint8Array() }))
    assert.equal(shown.replaceAll(' ', ''), frame.toString('hex'))
  })
})
