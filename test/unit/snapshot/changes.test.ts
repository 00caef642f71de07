/** A snapshot as changes of another: whatever differs, the receiver makes exactly the tree that was meant, or refuses. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import * as fc from 'fast-check'
import { isModulePickleError } from '../../../src/errors.ts'
import { TreeBuilder } from '../../../src/snapshot/objects/build-trees.ts'
import { decodeChanges, encodeChanges } from '../../../src/snapshot/objects/changes.ts'
import { decodeContent, encodeContent } from '../../../src/snapshot/objects/delta.ts'
import { objectId } from '../../../src/snapshot/objects/object-id.ts'
import type { ObjectId } from '../../../src/snapshot/objects/snapshot.ts'

type Files = Readonly<Record<string, string | Uint8Array>>

class Store {
  readonly #objects = new Map<ObjectId, Uint8Array>()
  readonly read = (id: ObjectId): Uint8Array => this.#objects.get(id) ?? assert.fail(`${id} is missing`)

  tree(files: Files): ObjectId {
    const builder = new TreeBuilder()
    for (const [path, text] of Object.entries(files)) {
      const content = Buffer.from(text)
      const id = objectId('blob', content)
      this.#objects.set(id, content)
      builder.add({ path, id, mode: path.endsWith('x') ? '100755' : '100644' })
    }
    const { id, trees } = builder.build()
    for (const tree of trees) this.#objects.set(tree.id, tree.read())
    return id
  }
}

/** What turns one set of files into the other, after the way there and back; its size in bytes. */
function change(before: Files, after: Files): number {
  const store = new Store()
  const [base, next] = [store.tree(before), store.tree(after)]
  const { body } = encodeChanges(base, next, store.read)
  const receiver = new Store()
  receiver.tree(before)
  const made = decodeChanges(base, next, body, receiver.read)
  for (const { id, kind, read } of made) assert.equal(objectId(kind, read()), id)
  return body.byteLength
}

const inlineMap = (text: string, map: string): string =>
  `${text}\n//# sourceMappingURL=data:application/json;base64,${Buffer.from(map).toString('base64')}\n`

test('new, changed and removed files, modes, and files that become directories', () => {
  change({ a: '1', 'd/b': '2' }, { a: '2', 'd/b': '2' })
  change({ a: '1', 'd/b': '2', 'd/e/f': '3' }, { a: '1' })
  change({ a: '1' }, { a: '1', 'd/e/f': '3', 'd/e/g': '' })
  change({ a: '1', 'a.x': '1' }, { a: '1', 'b.x': '1' })
  change({ d: 'a file' }, { 'd/e': 'in a directory', 'd/f': '' })
  change({ 'd/e': 'in a directory', 'd/f': '' }, { d: 'a file' })
  change({ a: '1', 'd/e': '1' }, { b: '1' })
  change({ 'a.js': inlineMap('1', '{}') }, { 'a.js': '1' })
  change({ 'a.js': '1' }, { 'a.js': inlineMap('1', '{}') })
})

test('any files into any others', () => {
  const name = fc.constantFrom('a', 'b', 'c.x', 'd', 'é')
  const content = fc.oneof(
    fc.string(),
    fc.uint8Array(),
    fc.tuple(fc.string(), fc.json()).map(parts => inlineMap(...parts)),
  )
  const files = fc
    .dictionary(
      fc.array(name, { minLength: 1, maxLength: 3 }).map(parts => parts.join('/')),
      content,
      { minKeys: 1 },
    )
    .map(found => {
      // What is a directory of another is no file.
      const paths = Object.keys(found)
      return Object.fromEntries(
        Object.entries(found).filter(([path]) => !paths.some(other => other.startsWith(`${path}/`))),
      )
    })
  fc.assert(
    fc.property(files, files, (before, after) => void change(before, after)),
    { numRuns: 300 },
  )
})

test('any content into any other, of any size', () => {
  const text = fc.array(fc.constantFrom('const a = 1\n', 'import b from "b"\n', 'x', '\0'), { maxLength: 6000 })
  fc.assert(
    fc.property(text, text, fc.nat(), (head, tail, cut) => {
      const base = Buffer.from([...head, ...tail].join(''))
      const content = Buffer.from([...head.slice(0, cut % (head.length + 1)), 'edited', ...tail].join(''))
      assert.deepEqual(Buffer.from(decodeContent(base, encodeContent(base, content))), content)
    }),
    { numRuns: 50 },
  )
})

test('an edit costs the edit, also where a source map as base64 follows it', () => {
  const lines = Array.from({ length: 300 }, (_, line) => `export const name${line} = ${line * 7919}`)
  const map = JSON.stringify({ version: 3, mappings: lines.map((_, line) => `AAAA;${line}`).join(',') })
  const before = {
    'a.js': inlineMap(lines.join('\n'), map),
    ...Object.fromEntries(lines.map((text, n) => [`d/f${n}`, text])),
  }
  const edited = inlineMap(lines.join('\n').replace('= 0', '= 12345'), map.replace('AAAA;0', 'AAAAB;0'))
  const bytes = change(before, { ...before, 'a.js': edited })
  assert.ok(bytes < 150, String(bytes))
})

test('changes that do not fit are refused by code', () => {
  const store = new Store()
  const [base, next, other] = [store.tree({ a: '1' }), store.tree({ a: '2' }), store.tree({ a: '11', b: '' })]
  const { body } = encodeChanges(base, next, store.read)
  const isCorrupt = (error: unknown): boolean => isModulePickleError(error, 'ERR_SNAPSHOT_CORRUPT')
  assert.throws(() => decodeChanges(other, next, body, store.read), isCorrupt)
  assert.throws(() => decodeChanges(base, other, body, store.read), isCorrupt)
  for (let index = 0; index < body.length; index++) {
    const damaged = Buffer.from(body)
    damaged.writeUInt8(damaged.readUInt8(index) ^ 1, index)
    try {
      assert.ok(decodeChanges(base, next, damaged, store.read).some(({ id }) => id === next))
    } catch (error) {
      assert.ok(error instanceof Error && !(error instanceof assert.AssertionError), String(index))
    }
  }
})
