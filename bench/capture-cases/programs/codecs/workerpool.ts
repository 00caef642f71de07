/**
 * What workerpool's exec() sends: of a function its text, which the worker wraps like this; anything else is an argument, which
 * a worker thread gets as a structured clone.
 */
import { deserialize, serialize } from 'node:v8'
import type { Codec } from '../codec.ts'

export const codec: Codec = {
  write: value =>
    typeof value === 'function' ? `function ${String(value)}` : `argument ${serialize(value).toString('base64')}`,
  read: async payload => {
    const text = payload.slice(payload.indexOf(' ') + 1)
    if (payload.startsWith('argument ')) return { value: deserialize(Buffer.from(text, 'base64')) }
    // Written by the sender of the very same run. oxlint-disable-next-line no-implied-eval, no-new-func
    return { value: new Function(`return (${text}).apply(this, arguments);`) }
  },
}
