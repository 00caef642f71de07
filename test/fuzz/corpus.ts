/**
 * The corpus: inputs that each reach something in the pickle machine that no other does. One line of base64 each.
 */
import { readFileSync, writeFileSync } from 'node:fs'
import { dumps } from '../../src/pickle/index.ts'
import { javascriptValues } from '../vectors/values.ts'

const file = new URL('corpus.txt', import.meta.url)

export function readCorpus(): Uint8Array[] {
  const lines = readFileSync(file, 'utf8').split('\n')
  return lines.filter(line => line !== '').map(line => Uint8Array.from(Buffer.from(line, 'base64')))
}

export function writeCorpus(inputs: readonly Uint8Array[]): void {
  const lines = inputs.map(input => Buffer.from(input).toString('base64'))
  writeFileSync(file, `${lines.sort((a, b) => a.length - b.length || (a < b ? -1 : 1)).join('\n')}\n`)
}

/** Dicts that turn out to be Maps: alone, shared, inside each other, holding themselves, found by a call. */
const promoted = [
  '}\x94K\x01K\x02s.',
  '}\x94(K\x01h\x00\x8c\x01ah\x00u.',
  ']\x94}\x94(h\x01K\x01K\x02h\x01u\x86a.',
  ']\x94(}\x94h\x01}\x94(\x8c\x01a\x94h\x01h\x03h\x02ue(h\x01K\x01K\x02u.',
  '}\x94}\x94h\x00\x8c\x01xh\x01s0h\x00K\x01h\x01s0h\x01(K\x05Nu.',
  '(}q\x00K\x01K\x02sh\x00h\x00K\x03}K\x04h\x00ss1h\x00.',
  '}\x942K\x01K\x02s\x86.',
  'cbuiltins\ndict\n}\x94K\x01K\x02s\x85R.',
]

/** What a first run begins with: the frozen pickles of both languages, and the promotions. */
export function seeds(): Uint8Array[] {
  const cpython = JSON.parse(readFileSync(new URL('../vectors/pickle-cpython.json', import.meta.url), 'utf8')) as object
  return [
    ...Object.values(javascriptValues).map(value => dumps(value)),
    ...(Object.values(cpython).flat() as string[]).map(text => Uint8Array.from(Buffer.from(text, 'base64'))),
    ...promoted.map(text => Uint8Array.from(Buffer.from(text, 'latin1'))),
  ].filter(input => input.length < 1500)
}
