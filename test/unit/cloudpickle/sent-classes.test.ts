/** Classes with numbers, in the pickles of a conversation and in no others. */
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import path from 'node:path'
import { test } from 'node:test'
import { CloudPickler } from '../../../src/cloudpickle/index.ts'
import { CloudUnpickler } from '../../../src/cloudpickle/cloudunpickler.ts'
import { LoadedModules } from '../../../src/cloudpickle/revive/loaded-modules.ts'
import type { ClassesByNumber } from '../../../src/cloudpickle/sent-classes.ts'
import { dis } from '../../../src/pickle/index.ts'
import { repository } from '../../support/project.ts'

class Point {
  x = 1
}

const unknown = (module: string): never => assert.fail(`asked for ${module}`)

function load(bytes: Uint8Array, classes?: ClassesByNumber): unknown {
  return new CloudUnpickler(bytes, new LoadedModules(unknown), { classes }).load()
}

test('a class that the other end has is its number, as docs/FORMAT.md shows', () => {
  const bytes = new CloudPickler({ classes: { known: cls => (cls === Point ? 5 : undefined) } }).dump({ result: Point })
  const shown = Buffer.from(bytes)
    .toString('hex')
    .replace(/..(?!$)/g, '$& ')
  assert.ok(readFileSync(path.join(repository, 'docs/FORMAT.md'), 'utf8').includes(`    ${shown}\n`), shown)
  assert.deepEqual(load(bytes, { find: number => (number === 5 ? Point : undefined), keep() {} }), { result: Point })
})

test('a class that is sent is told with its number, once, at the end', () => {
  const sent = new CloudPickler({ classes: { known: () => undefined, assign: () => 7 } }).dump([new Point(), Point])
  const kept: unknown[][] = []
  const [point, cls] = load(sent, { find: () => undefined, keep: (...each) => kept.push(each) }) as [
    Point,
    typeof Point,
  ]
  assert.ok(point instanceof cls && cls !== Point)
  assert.deepEqual(kept, [[7, cls, true]])
})

test('pickles of no conversation have no numbers, and numbers mean nothing in them', () => {
  assert.doesNotMatch(String(dis(new CloudPickler().dump([new Point(), Point]))), /'track'|'sent'/)
  const bytes = new CloudPickler({ classes: { known: () => 5 } }).dump(Point)
  assert.throws(() => load(bytes), { code: 'ERR_GLOBAL_UNKNOWN' })
})

test('a class that stands for another end’s is not changed by a pickle', () => {
  const known = { known: (cls: Function) => (cls === Point ? 5 : undefined) }
  const bytes = new CloudPickler({ classes: known }).dump({ callee: Point, prototype: Point.prototype })
  const classes = { find: () => Point, keep() {} }
  assert.deepEqual(load(bytes, classes), { callee: Point, prototype: Point.prototype })
  // BUILD on the class, in the place of SETITEMS on the dict around it.
  const built = Buffer.from('80058c0473656e74948c01359493947d948c0178944b0273622e', 'hex')
  assert.throws(() => load(built, classes), { code: /^ERR_(GLOBAL_FORBIDDEN|PICKLE_CORRUPT|PICKLE_UNSUPPORTED)$/ })
  assert.ok(!Object.hasOwn(Point, 'x'))
})
