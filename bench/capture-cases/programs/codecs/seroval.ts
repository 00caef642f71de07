/** serializeAsync(), which also takes promises, with the plugins for what the web platform has, and deserialize(). */
import { deserialize, serializeAsync } from 'seroval'
import * as web from 'seroval-plugins/web'
import type { Codec } from '../codec.ts'

const plugins = Object.values(web)

export const codec: Codec = {
  write: value => serializeAsync(value, { plugins }),
  read: async payload => ({ value: deserialize(payload) }),
}
