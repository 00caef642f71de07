/** dumps() and loads(), in an array, so that a promise that arrives is not waited for. */
import { dumps, loads } from '../../../../dist/index.js'
import type { Codec } from '../codec.ts'

export const codec: Codec = {
  write: value => Buffer.from(dumps([value])).toString('base64'),
  read: async payload => {
    const [value] = await loads<unknown[]>(Buffer.from(payload, 'base64'))
    return { value }
  },
}
