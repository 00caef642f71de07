/** The structured clone algorithm, as Node writes it to bytes. */
import { deserialize, serialize } from 'node:v8'
import type { Codec } from '../codec.ts'

export const codec: Codec = {
  write: value => serialize(value).toString('base64'),
  read: async payload => ({ value: deserialize(Buffer.from(payload, 'base64')) }),
}
