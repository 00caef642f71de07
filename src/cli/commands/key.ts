/**
 * `modulepickle key`: a new key for signing.
 */
import { randomBytes } from 'node:crypto'
import type { Command } from '../command.ts'
import { exitCodes } from '../exit-codes.ts'
import { takeWords } from '../parse.ts'

export const key: Command = {
  name: 'key',
  usage: '',
  summary: 'Makes a key that two ends can sign with',
  details: [
    'Pickles and conversations are signed, and only what is signed is taken, where MODULEPICKLE_KEY has such a key. Everybody who has ' +
      'it can have code run at the other end.',
  ],
  options: {},
  examples: [['key', 'prints a new key; nothing is kept']],
  async run(input, terminal) {
    takeWords(input, [])
    terminal.out(`${randomBytes(32).toString('base64')}\n`)
    return exitCodes.ok
  },
}
