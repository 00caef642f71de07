/** Keys of installed packages: what they depend on, and what not. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { keyPackages, type UnkeyedPackage } from '../../../src/snapshot/objects/package-graph.ts'
import { strongComponents } from '../../../src/snapshot/objects/strong-components.ts'

/** `a1>b,c` is package a with files 1 that depends on b and c; names are one letter. */
function keysOf(text: string): Record<string, string> {
  const rows = text.split(' ').map(row => /^((\w)(\w))(?:>(.*))?$/.exec(row)!)
  const names = rows.map(([, , name]) => name!)
  const packages = rows.map(([, , name, files, list = '']): UnkeyedPackage => {
    const dependencies = new Map(list === '' ? [] : list.split(',').map(to => [to, names.indexOf(to)]))
    return { name: name!, version: '1.0.0', files: files!.repeat(64), native: false, dependencies }
  })
  const keys = keyPackages(packages)
  return Object.fromEntries(names.map((name, index) => [name, keys[index]!]))
}

test('a key stands for the files of a package and of all that it resolves to, and for nothing else', () => {
  const before = keysOf('a1>b,c b1>c c1 d1>c')
  assert.deepEqual(keysOf('d1>c c1 b1>c a1>c,b'), before)
  const changed = keysOf('a1>b,c b2>c c1 d1>c')
  assert.notEqual(changed['a'], before['a'])
  assert.notEqual(changed['b'], before['b'])
  assert.equal(changed['c'], before['c'])
  assert.equal(changed['d'], before['d'])
  assert.notEqual(keysOf('a1>b b1>c c1')['a'], before['a'])
})

test('packages that depend on each other are keyed together, wherever one begins', () => {
  const before = keysOf('a1>b b1>a,c c1 d1>a')
  assert.deepEqual(keysOf('d1>a c1 b1>c,a a1>b'), before)
  const changed = keysOf('a1>b b2>a,c c1 d1>a')
  for (const name of ['a', 'b', 'd']) assert.notEqual(changed[name], before[name], name)
  assert.equal(changed['c'], before['c'])
  assert.equal(new Set(Object.values(before)).size, 4)
})

test('members of a cycle that are alike by themselves are told apart by whom they lead to', () => {
  const twins = (edges: string): string[] => {
    const targets = edges.split(' ').map(row => [...row].map(Number))
    return keyPackages(
      targets.map(list => ({
        name: 'x',
        version: '1.0.0',
        files: '1'.repeat(64),
        native: false,
        dependencies: new Map(list.map((to, index) => [`d${index}`, to])),
      })),
    )
  }
  const ring = twins('1 2 0')
  assert.equal(new Set(ring).size, 1)
  const branched = twins('12 2 0')
  assert.equal(new Set(branched).size, 3)
  assert.ok(branched.every(key => !ring.includes(key)))
  assert.ok(twins('1 2 3 0').every(key => !ring.includes(key)))
  assert.ok(twins('0').every(key => !ring.includes(key)))
})

test('components come after those that they lead to, and depth is no matter', () => {
  assert.deepEqual(
    strongComponents([[1], [2, 3], [1], []]).map(component => component.sort()),
    [[3], [1, 2], [0]],
  )
  const depth = 100_000
  const chain = Array.from({ length: depth }, (_, index) => (index + 1 < depth ? [index + 1] : []))
  assert.equal(strongComponents(chain).length, depth)
})
