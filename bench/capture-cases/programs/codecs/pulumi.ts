/**
 * runtime.serializeFunction(), which takes functions only: of another value, a function that returns it. Its text is a CommonJS
 * module that exports the function.
 */
import { runtime } from '@pulumi/pulumi'
import { writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import path from 'node:path'
import type { Codec } from '../codec.ts'

let count = 0

export const codec: Codec = {
  write: async value => {
    const isFunction = typeof value === 'function'
    const { text } = await runtime.serializeFunction(isFunction ? value : () => value)
    return `${isFunction ? 'function' : 'value'} ${text}`
  },
  read: async payload => {
    const file = path.resolve(`received-${(count += 1)}.cjs`)
    writeFileSync(file, payload.slice(payload.indexOf(' ') + 1))
    const { handler } = createRequire(file)(file) as { handler: () => unknown }
    return { value: payload.startsWith('function ') ? handler : handler() }
  },
}
