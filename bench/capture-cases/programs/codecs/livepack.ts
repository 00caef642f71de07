/** serialize() to a CommonJS module. Its require hook has to be there before anything that travels is loaded. */
import { writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import path from 'node:path'
import type { Codec } from '../codec.ts'

const require = createRequire(import.meta.url)
let serialize: ((value: unknown, options: object) => string) | undefined
let count = 0

if (process.env['CAPTURE_CASES_ROLE'] === 'send') {
  ;(require('livepack/register') as (options: object) => void)({
    esm: process.env['CAPTURE_CASES_FORMAT'] === 'esm',
    cache: false,
  })
  ;({ serialize } = require('livepack') as { serialize: typeof serialize })
}

export const codec: Codec = {
  write: value => serialize!(value, { format: 'cjs' }),
  read: async payload => {
    const file = path.resolve(`received-${(count += 1)}.cjs`)
    writeFileSync(file, payload)
    return { value: createRequire(file)(file) as unknown }
  },
}
