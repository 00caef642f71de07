/**
 * Pairs of functions over one variable each, which only the probe can tell apart: nothing of them runs while they are pickled,
 * whether they travel or are refused.
 */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import vm from 'node:vm'
import { isModulePickleError } from '../../../src/errors.ts'
import { dumps } from '../../../src/cloudpickle/index.ts'

const functions = {
  'a parameter named globalThis': 'globalThis => (ran(), ++n)',
  'a variable named globalThis': '() => { ran(); n++; let globalThis = 1; return globalThis }',
  'a call in a default': '(a = ran()) => (ran(), ++n)',
  'a call in a default in a pattern': '({ a = ran(), b: [c = ran()] = [] }) => (ran(), ++n)',
  'new in a default': '(a = new Map()) => (ran(), ++n)',
  'a template in a default': '(a = ran``) => (ran(), ++n)',
  'an accessor in a default': '(a = getRan) => (ran(), ++n)',
  'a computed key in a parameter': '({ [ran()]: a }) => (ran(), ++n)',
  'a class with a static block first': '() => { class C { static { ran() } } n++ }',
  'a class first, in a block': '() => { { class C { static x = ran() } } n++ }',
  'a class first, with an accessor as its base': '() => { class C extends getRan {} n++ }',
  'a class first, with an accessor as a key': '() => { class C { [getRan]() {} } n++ }',
  'a function declaration first': '() => { function inner() { ran() } n++; inner() }',
  'an accessor first': '() => getRan + n++',
  'try and finally': '() => { try { ran(); n++ } finally { ran() } }',
  'a generator with a function declaration first': 'function* () { function inner() { ran() } n++; yield inner() }',
  'a generator with a class first': 'function* () { class C { static x = ran() } n++ }',
  'a generator with a loop first': 'function* () { for (const key in getRan) n++ }',
  'a generator with a call in a default': 'function* (a = ran()) { ran(); yield ++n }',
  'a generator with a call in a pattern first': 'function* () { const { a = ran() } = { b: ran() }; n++; yield a }',
  'a generator with a call in a pattern of a loop first':
    'async function* () { for (let { a = ran() } = { b: ran() }; n < 3; n++) yield a }',
  'a generator with a sequence first': 'function* () { const a = (ran(), 1); n++; yield a }',
  'a generator with an endless loop first': 'function* () { while (true) { ran(); yield n++ } }',
  'an async generator with a function declaration first':
    'async function* () { function inner() { ran() } n++; yield inner() }',
} as const

for (const [name, text] of Object.entries(functions)) {
  test(`nothing runs: ${name}`, () => {
    let runs = 0
    const ran = (): void => void runs++
    const source = `(ran => { const make = () => { let n = 0; return ${text} }; return [make(), make()] })`
    Object.defineProperty(globalThis, 'getRan', { get: ran, configurable: true })
    const pair: unknown = (vm.runInThisContext(source) as (ran: () => void) => unknown)(ran)
    try {
      dumps(pair)
    } catch (error) {
      assert.ok(isModulePickleError(error, 'ERR_CAPTURE_UNSUPPORTED'), String(error))
    } finally {
      delete (globalThis as { getRan?: unknown }).getRan
    }
    assert.equal(runs, 0)
  })
}
