/** Objects and descriptions made by an enemy, and a damaged disk: nothing is written outside, nothing half is kept. */
import assert from 'node:assert/strict'
import { chmodSync, readdirSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { test, type TestContext } from 'node:test'
import { isModulePickleError, type ErrorCode } from '../../src/errors.ts'
import { SnapshotCache } from '../../src/snapshot/materialize/snapshot-cache.ts'
import { encodeDescription, type SnapshotDescription } from '../../src/snapshot/objects/description.ts'
import { objectId } from '../../src/snapshot/objects/object-id.ts'
import { keyPackages } from '../../src/snapshot/objects/package-graph.ts'
import type { ObjectId } from '../../src/snapshot/objects/snapshot.ts'
import { encodeTree, type TreeEntry } from '../../src/snapshot/objects/tree.ts'
import { temporaryDirectory } from '../unit/snapshot/temporary-project.ts'

type Tree = { readonly [name: string]: string | { readonly link: string } | { readonly tree: Tree } }

const plain: SnapshotDescription = { format: 1, compile: {}, conditions: [], packages: {}, links: {} }

function emptyCache(t: TestContext): SnapshotCache {
  return new SnapshotCache(path.join(temporaryDirectory(t), 'cache'))
}

function putTree(cache: SnapshotCache, tree: Tree): ObjectId {
  const entries = Object.entries(tree).map(([name, value]): TreeEntry => {
    if (typeof value === 'string') return { mode: '100644', name, id: putBlob(cache, value) }
    if ('link' in value) return { mode: '120000', name, id: putBlob(cache, value.link) }
    return { mode: '40000', name, id: putTree(cache, value.tree as Tree) }
  })
  return putRaw(cache, encodeTree(entries))
}

function putBlob(cache: SnapshotCache, text: string): ObjectId {
  const content = Buffer.from(text)
  cache.put(objectId('blob', content), 'blob', content)
  return objectId('blob', content)
}

function putRaw(cache: SnapshotCache, content: Uint8Array): ObjectId {
  cache.put(objectId('tree', content), 'tree', content)
  return objectId('tree', content)
}

function putSnapshot(cache: SnapshotCache, tree: Tree, description: unknown = plain): ObjectId {
  const text =
    typeof description === 'string' ? description : Buffer.from(encodeDescription(description as never)).toString()
  return putTree(cache, { ...tree, '.modulepickle.json': text })
}

/** Objects cannot be written to, except by root. */
function spoil(file: string, text: string): void {
  chmodSync(file, 0o644)
  writeFileSync(file, text)
}

function refuses(t: TestContext, cache: SnapshotCache, id: ObjectId, code: ErrorCode, what: string): void {
  const runtime = temporaryDirectory(t)
  assert.throws(
    () => cache.materialize(id, { directories: [], runtime }),
    error => isModulePickleError(error, code),
    what,
  )
  assert.deepEqual(readdirSync(path.join(cache.directory, 'snapshots')), [], what)
  assert.deepEqual(readdirSync(path.join(cache.directory, 'tmp')), [], what)
}

test('an object with any bit flipped, or cut anywhere, is refused before a byte is kept', t => {
  const cache = emptyCache(t)
  const content = encodeTree([{ mode: '100644', name: 'a', id: objectId('blob', Buffer.from('a')) }])
  const id = objectId('tree', content)
  const isRefused = (bytes: Uint8Array): void =>
    assert.throws(
      () => cache.put(id, 'tree', bytes),
      error => isModulePickleError(error, 'ERR_SNAPSHOT_CORRUPT'),
    )
  for (let bit = 0; bit < content.length * 8; bit++) {
    const flipped = Buffer.from(content)
    flipped.writeUInt8(flipped.readUInt8(bit >> 3) ^ (1 << (bit & 7)), bit >> 3)
    isRefused(flipped)
  }
  for (let length = 0; length < content.length; length++) isRefused(content.subarray(0, length))
  assert.throws(
    () => cache.put(id, 'blob', content),
    error => isModulePickleError(error, 'ERR_SNAPSHOT_CORRUPT'),
  )
  assert.deepEqual(readdirSync(path.join(cache.directory, 'objects')), [])
})

test('what is not an id never becomes a path', t => {
  const cache = emptyCache(t)
  for (const id of ['../../../../etc/passwd', '', 'ab', `${'a'.repeat(63)}/`, 'A'.repeat(64), `${'a'.repeat(64)}\n`]) {
    const isCorrupt = (error: unknown): boolean => isModulePickleError(error, 'ERR_SNAPSHOT_CORRUPT')
    assert.throws(() => cache.put(id, 'blob', Buffer.of()), isCorrupt, id)
    assert.throws(() => cache.has(id), isCorrupt, id)
    assert.throws(() => cache.materialize(id, { directories: [], runtime: '/' }), isCorrupt, id)
  }
})

test('links that lead out of the snapshot, directly or through each other, are refused', t => {
  const targets = [
    '/etc',
    '..',
    '../outside',
    'a/../../outside',
    './a',
    'a//b',
    '',
    'a\0b',
    'd/../../x',
    '\\\\host\\share',
  ]
  for (const link of targets) {
    const cache = emptyCache(t)
    refuses(t, cache, putSnapshot(cache, { out: { link } }), 'ERR_SNAPSHOT_CORRUPT', JSON.stringify(link))
  }
  const chained: Tree = { d: { tree: { up: { link: '..' }, out: { link: 'up/../../outside' } } } }
  const cache = emptyCache(t)
  refuses(t, cache, putSnapshot(cache, chained), 'ERR_SNAPSHOT_CORRUPT', 'a chain of links')
})

test('trees that name each other into millions of files, or too deep, are refused before anything is written', t => {
  const cache = emptyCache(t)
  const many = (id: ObjectId): ObjectId =>
    putRaw(
      cache,
      encodeTree(Array.from({ length: 100 }, (_, index): TreeEntry => ({ mode: '40000', name: `d${index}`, id }))),
    )
  const bomb = many(many(many(putTree(cache, { a: '' }))))
  const description = putBlob(cache, Buffer.from(encodeDescription(plain)).toString())
  const withDescription = (id: ObjectId): ObjectId =>
    putRaw(
      cache,
      encodeTree([
        { mode: '40000', name: 'd', id },
        { mode: '100644', name: '.modulepickle.json', id: description },
      ]),
    )
  refuses(t, cache, withDescription(bomb), 'ERR_SNAPSHOT_CORRUPT', 'a million directories')
  let deep = putTree(cache, { a: '' })
  for (let level = 0; level < 199; level++) deep = putRaw(cache, encodeTree([{ mode: '40000', name: 'd', id: deep }]))
  cache.materialize(withDescription(deep), { directories: [], runtime: temporaryDirectory(t) })
  const other = emptyCache(t)
  for (const object of cache.objectsOf(withDescription(deep))) other.put(object.id, object.kind, object.read())
  const deeper = putRaw(other, encodeTree([{ mode: '40000', name: 'd', id: deep }]))
  const tooDeep = putRaw(
    other,
    encodeTree([
      { mode: '40000', name: 'd', id: deeper },
      { mode: '100644', name: '.modulepickle.json', id: description },
    ]),
  )
  refuses(t, other, tooDeep, 'ERR_SNAPSHOT_CORRUPT', '201 levels')
})

test('links to packages stay inside the snapshot and replace nothing', t => {
  const key = 'dep@1.0.0'
  const describe = (place: string): unknown => ({ ...plain, links: { [place]: key } })
  const places =
    '../node_modules/dep /node_modules/dep a/../../node_modules/dep ./node_modules/dep dep a/dep node_modules/.. ' +
    'node_modules/../x node_modules/a/node_modules/b node_modules/@s node_modules/a/b'
  for (const place of places.split(' ')) {
    const cache = emptyCache(t)
    refuses(t, cache, putSnapshot(cache, {}, describe(place)), 'ERR_SNAPSHOT_CORRUPT', place)
  }
})

test('a package link through a link of the snapshot, or onto an entry of it, is refused', t => {
  const directory = temporaryDirectory(t)
  writeFileSync(path.join(directory, 'package.json'), '{ "name": "dep", "version": "1.0.0" }')
  const lookup = { directories: [], exact: new Map([['dep@1.0.0', directory]]), runtime: directory }
  const trees: Tree[] = [
    { a: { tree: { inner: '' } }, b: { link: 'a' } },
    { b: { tree: { node_modules: { link: '../c' } } }, c: { tree: { x: '' } } },
    { b: { tree: { node_modules: { tree: { dep: 'mine' } } } } },
    { b: 'a file' },
    { node_modules: { tree: { modulepickle: 'mine' } } },
  ]
  for (const tree of trees) {
    const cache = emptyCache(t)
    const id = putSnapshot(cache, tree, {
      ...plain,
      links: { 'b/node_modules/dep': 'dep@1.0.0' },
    })
    assert.throws(
      () => cache.materialize(id, lookup),
      error => isModulePickleError(error, 'ERR_SNAPSHOT_CORRUPT'),
      JSON.stringify(tree),
    )
    assert.deepEqual(readdirSync(path.join(cache.directory, 'snapshots')), [])
    assert.deepEqual(readdirSync(directory), ['package.json'])
  }
})

test('a description that is missing, malformed or of another format is refused', t => {
  const node = { files: '0'.repeat(64), dependencies: {} }
  const package_ = { name: 'dep', version: '1.0.0', files: node.files, native: false, dependencies: new Map() }
  const dep = `dep@1.0.0~${keyPackages([package_]).join()}`
  const whole = { ...plain, packages: { [dep]: node }, links: { 'node_modules/dep': dep } }
  const accepted = emptyCache(t)
  refuses(
    t,
    accepted,
    putSnapshot(accepted, {}, whole),
    'ERR_PACKAGE_MISMATCH',
    'the one that the others are made from',
  )
  const malformed: unknown[] = [
    'not JSON',
    '[]',
    { ...plain, packages: [] },
    { ...plain, packages: { 'dep@1.0.0': node } },
    { ...plain, packages: { [dep.replace(/.$/, '')]: node } },
    { ...plain, packages: { [dep.replace('dep', '../dep')]: node } },
    { ...plain, packages: { [dep.replace('1.0.0', '../1')]: node } },
    { ...plain, packages: { [dep.replace('1.0.0', '1.0.1')]: node } },
    { ...plain, packages: { [dep]: { ...node, files: '1'.repeat(64) } } },
    { ...plain, packages: { [dep]: { ...node, files: '..' } } },
    { ...plain, packages: { [dep]: { ...node, native: true } } },
    { ...plain, packages: { [dep]: { ...node, native: 1 } } },
    { ...plain, packages: { [dep]: { ...node, dependencies: [] } } },
    { ...plain, packages: { [dep]: { ...node, dependencies: { dep } } } },
    { ...plain, packages: { [dep]: { ...node, dependencies: { '../dep': dep } } } },
    { ...plain, packages: { [dep]: { ...node, dependencies: { x: 'x@1.0.0' } } } },
    { ...plain, packages: { [dep]: null } },
    { ...plain, links: { 'node_modules/dep': dep } },
    { ...plain, links: { 'node_modules/dep': 7 } },
    { ...plain, conditions: 'development' },
    { format: 1 },
  ]
  for (const description of malformed) {
    const cache = emptyCache(t)
    refuses(t, cache, putSnapshot(cache, {}, description), 'ERR_SNAPSHOT_CORRUPT', JSON.stringify(description))
  }
  const cache = emptyCache(t)
  refuses(t, cache, putTree(cache, { a: '' }), 'ERR_SNAPSHOT_CORRUPT', 'no description')
  for (const format of [0, 2, '1', null]) {
    refuses(t, cache, putSnapshot(cache, {}, { ...plain, format }), 'ERR_FORMAT_VERSION', String(format))
  }
})

test('an object that names another kind of object is refused', t => {
  const cache = emptyCache(t)
  const blob = putBlob(cache, 'text')
  const description = putBlob(cache, Buffer.from(encodeDescription(plain)).toString())
  const tree = putTree(cache, { a: '' })
  const entry: TreeEntry = { mode: '100644', name: '.modulepickle.json', id: description }
  const blobAsTree = putRaw(cache, encodeTree([entry, { mode: '40000', name: 'd', id: blob }]))
  refuses(t, cache, blobAsTree, 'ERR_SNAPSHOT_CORRUPT', 'a blob as a tree')
  const treeAsBlob = putRaw(cache, encodeTree([entry, { mode: '100644', name: 'f', id: tree }]))
  refuses(t, cache, treeAsBlob, 'ERR_SNAPSHOT_CORRUPT', 'a tree as a blob')
})

test('an object that was damaged on disk is refused, forgotten, and can be sent again', t => {
  const cache = emptyCache(t)
  const id = putSnapshot(cache, { a: 'content' })
  const blob = objectId('blob', Buffer.from('content'))
  spoil(path.join(cache.directory, 'objects', blob.slice(0, 2), blob.slice(2)), '')
  refuses(t, cache, id, 'ERR_SNAPSHOT_CORRUPT', 'an empty object')
  assert.deepEqual(cache.missing(id), [blob])
  putBlob(cache, 'content')
  cache.materialize(id, { directories: [], runtime: temporaryDirectory(t) })
})

test('what was damaged counts as missing: trees always, files when all are read', t => {
  const cache = emptyCache(t)
  const id = putSnapshot(cache, { a: 'content', d: { tree: { b: 'below' } } })
  const blob = objectId('blob', Buffer.from('content'))
  const fileOf = (object: ObjectId): string =>
    path.join(cache.directory, 'objects', object.slice(0, 2), object.slice(2))
  spoil(fileOf(blob), 'another')
  assert.deepEqual([cache.missing(id), cache.missingOrDamaged(id), cache.missing(id)], [[], [blob], [blob]])
  putBlob(cache, 'content')
  spoil(fileOf(id), '')
  assert.deepEqual(cache.missing(id), [id])
})

test('an object that is sent again replaces one that was cut off', t => {
  const cache = emptyCache(t)
  const id = putSnapshot(cache, { a: 'content' })
  const blob = objectId('blob', Buffer.from('content'))
  spoil(path.join(cache.directory, 'objects', blob.slice(0, 2), blob.slice(2)), 'cont')
  putBlob(cache, 'content')
  cache.materialize(id, { directories: [], runtime: temporaryDirectory(t) })
})

test('a cache where no directory can be made is refused by code, and does not hang', () => {
  for (const directory of ['/proc/nowhere/cache', '/dev/null/cache']) {
    assert.throws(() => new SnapshotCache(directory), { code: 'ERR_CACHE_UNSAFE' })
  }
})
