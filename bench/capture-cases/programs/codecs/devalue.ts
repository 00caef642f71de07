/** stringifyAsync(), which also takes promises, and parse(). */
import { parse, stringifyAsync } from 'devalue'
import type { Codec } from '../codec.ts'

export const codec: Codec = {
  write: value => stringifyAsync(value),
  read: async payload => ({ value: parse(payload) }),
}
