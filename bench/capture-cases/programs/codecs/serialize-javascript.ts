/** serialize(), and eval() of it in parentheses, as its README says; `unsafe` keeps the text of functions as it is. */
import serialize from 'serialize-javascript'
import vm from 'node:vm'
import type { Codec } from '../codec.ts'

export const codec: Codec = {
  write: value => serialize(value, { unsafe: true }),
  read: async payload => ({ value: vm.runInThisContext(`(${payload})`) }),
}
