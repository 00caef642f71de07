/** Trees and ids against git itself, and every malformed tree refused. */
import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { test } from 'node:test'
import { isModulePickleError } from '../../../src/errors.ts'
import { TreeBuilder, type FileEntry } from '../../../src/snapshot/objects/build-trees.ts'
import { objectId, verifyObject } from '../../../src/snapshot/objects/object-id.ts'
import { decodeTree, encodeTree, type TreeEntry } from '../../../src/snapshot/objects/tree.ts'
import { repository } from '../../support/project.ts'

interface SampleFile {
  readonly path: string
  readonly mode: FileEntry['mode']
  readonly content: string
}

const samples: readonly SampleFile[] = [
  { path: 'a', mode: '100644', content: 'bc' },
  { path: 'ab', mode: '100644', content: 'c' },
  { path: 'lib.ts', mode: '100644', content: 'before the directory lib, because . sorts before /' },
  { path: 'lib/z', mode: '100755', content: '#!/bin/sh\n' },
  { path: 'lib0', mode: '100644', content: 'after the directory lib' },
  { path: 'lib/deep/er/ünï çødé 🥒.txt', mode: '100644', content: 'ü\r\n' },
  { path: 'lib/link', mode: '120000', content: '../a' },
  { path: 'empty', mode: '100644', content: '' },
]

function entriesOf(files: readonly SampleFile[]): FileEntry[] {
  return files.map(({ path, mode, content }) => ({ path, mode, id: objectId('blob', Buffer.from(content)) }))
}

function buildTrees(files: readonly FileEntry[]): ReturnType<TreeBuilder['build']> {
  const builder = new TreeBuilder()
  for (const file of files) builder.add(file)
  return builder.build()
}

test('the id of a tree is what git write-tree gives in a SHA-256 repository', t => {
  const directory = mkdtempSync(path.join(tmpdir(), 'modulepickle-tree-'))
  t.after(() => rmSync(directory, { recursive: true }))
  const git = (...args: string[]): string => execFileSync('git', args, { cwd: directory, encoding: 'utf8' }).trim()
  git('init', '--quiet', '--object-format=sha256')
  writeFileSync(path.join(directory, '.git/info/attributes'), '* -text -filter -ident -working-tree-encoding\n')
  for (const file of samples) {
    const target = path.join(directory, file.path)
    mkdirSync(path.dirname(target), { recursive: true })
    if (file.mode === '120000') symlinkSync(file.content, target)
    else writeFileSync(target, file.content)
    if (file.mode === '100755') chmodSync(target, 0o755)
  }
  git('add', '--all')
  assert.equal(buildTrees(entriesOf(samples)).id, git('write-tree'))
})

test('trees do not depend on the order in which files are given', () => {
  assert.equal(buildTrees(entriesOf(samples)).id, buildTrees(entriesOf(samples).reverse()).id)
})

/** Pairs that other systems give one digest. */
const confused: Readonly<Record<string, readonly [readonly SampleFile[], readonly SampleFile[]]>> = {
  'Ray: where a name ends and its content begins': [
    [sample('a', 'bc'), sample('ab', 'c')],
    [sample('a', 'b'), sample('ab', 'cc')],
  ],
  'Ray: that a file can be executed': [[sample('run', 'x')], [sample('run', 'x', '100755')]],
  'Ray: what is in a root that rules exclude': [[sample('package.json', '1')], [sample('package.json', '2')]],
  'Flyte: the directory that a file is in': [[sample('a/bc.py', 'x')], [sample('ab/c.py', 'x')]],
  'what is a link, and what a file with its target as content': [[sample('f', 'x')], [sample('f', 'x', '120000')]],
  'a file and the directory with its content': [[sample('a', 'b')], [sample('a/b', '')]],
}

function sample(file: string, content: string, mode: FileEntry['mode'] = '100644'): SampleFile {
  return { path: file, content, mode }
}

for (const [what, [one, other]] of Object.entries(confused)) {
  test(`the id tells what others confuse: ${what}`, () => {
    assert.notEqual(buildTrees(entriesOf(one)).id, buildTrees(entriesOf(other)).id)
  })
}

test('an entry is mode, name and id, and nothing else: no time and no owner, as the Python original has', () => {
  const [tree] = buildTrees(entriesOf([sample('a', 'b')])).trees
  assert.equal(tree?.sizeBytes, '100644 a\0'.length + 32)
})

test('FORMAT.md has ids that are right, of files, links, executables and directories', () => {
  const document = readFileSync(path.join(repository, 'docs/FORMAT.md'), 'utf8')
  const golden = [
    sample('lib/main.js', 'export const one = 1\n'),
    sample('lib.js', ''),
    sample('link', 'main.js', '120000'),
    sample('run', '#!/bin/sh\n', '100755'),
  ]
  const { id, trees } = buildTrees(entriesOf(golden))
  const rows: [string, string][] = entriesOf(golden).map(entry => [entry.path, entry.id])
  for (const [path, expected] of [...rows, ['lib', trees.find(tree => tree.id !== id)?.id ?? '']] as const) {
    const row = document.split('\n').find(line => line.startsWith(`| \`${path}\` `))
    assert.ok(row?.includes(`\`${expected}\``), path)
  }
  assert.match(document, new RegExp(`175 bytes +\\| \`${id}\``))
  assert.equal(trees.find(tree => tree.id === id)?.sizeBytes, 175)
})

test('a decoded tree encodes to the same bytes', () => {
  for (const tree of buildTrees(entriesOf(samples)).trees) {
    const content = tree.read()
    assert.deepEqual(encodeTree(decodeTree(content)), content)
  }
})

const blob = objectId('blob', Buffer.from(''))

function rawEntry(mode: string, name: string | Buffer, id = blob): Buffer {
  return Buffer.concat([Buffer.from(`${mode} `), Buffer.from(name), Buffer.from([0]), Buffer.from(id, 'hex')])
}

test('names that could leave a directory, that git reserves, or that some system cannot have are refused both ways', () => {
  const names = [
    '',
    '.',
    '..',
    '.git',
    '.GIT',
    'git~1',
    '../a',
    'a/b',
    '/etc',
    '\\\\host',
    'a\\b',
    'c:',
    'a:b',
    'a\n',
    'a\u0000',
  ]
  for (const name of [...names, 'con', 'NUL.txt', 'Com1', 'lpt9.js', 'a.', 'a ', 'a?', 'a*', '\ud800']) {
    const entry: TreeEntry = { mode: '100644', name, id: blob }
    assert.throws(
      () => encodeTree([entry]),
      error => isModulePickleError(error, 'ERR_SNAPSHOT_PATH'),
      name,
    )
    assert.throws(
      () => decodeTree(rawEntry('100644', name)),
      error => isModulePickleError(error, 'ERR_SNAPSHOT_CORRUPT'),
      name,
    )
  }
})

test('two names that are one file somewhere are refused both ways; others of a kind are not', () => {
  for (const names of [
    ['a', 'A'],
    ['é', 'e\u0301'],
    ['É', 'e\u0301'],
  ]) {
    const entries = names.map((name): TreeEntry => ({ mode: '100644', name, id: blob }))
    assert.throws(
      () => encodeTree(entries),
      error => isModulePickleError(error, 'ERR_SNAPSHOT_PATH'),
      names.join(),
    )
    const raw = names.toSorted().map(name => rawEntry('100644', name))
    assert.throws(
      () => decodeTree(Buffer.concat(raw)),
      error => isModulePickleError(error, 'ERR_SNAPSHOT_CORRUPT'),
      names.join(),
    )
  }
  const usual = [
    '.gitignore',
    'git',
    'console.js',
    'com',
    'com10',
    'aux-1.ts',
    '[id].tsx',
    '(group)',
    'ä',
    '日本',
    'a b',
    '@x',
    '$',
    '..a',
  ]
  assert.doesNotThrow(() => encodeTree(usual.map((name): TreeEntry => ({ mode: '100644', name, id: blob }))))
})

test('a tree that is not in canonical form is refused', () => {
  const malformed: Record<string, Buffer> = {
    'an unknown mode': rawEntry('100664', 'a'),
    'a mode with a leading zero': rawEntry('040000', 'a'),
    'a submodule': rawEntry('160000', 'a'),
    'a name that is not UTF-8': rawEntry('100644', Buffer.from([0x61, 0xff])),
    'the wrong order': Buffer.concat([rawEntry('100644', 'b'), rawEntry('100644', 'a')]),
    'a directory sorted as a file': Buffer.concat([rawEntry('40000', 'lib'), rawEntry('100644', 'lib.ts')]),
    'the same name twice': Buffer.concat([rawEntry('100644', 'a'), rawEntry('100644', 'a')]),
    'a file and a directory of one name': Buffer.concat([rawEntry('100644', 'a'), rawEntry('40000', 'a')]),
  }
  for (const [what, content] of Object.entries(malformed)) {
    assert.throws(
      () => decodeTree(content),
      error => isModulePickleError(error, 'ERR_SNAPSHOT_CORRUPT'),
      what,
    )
  }
})

test('a tree cut anywhere is refused, except between two entries', () => {
  const content = encodeTree([
    { mode: '100644', name: 'one', id: blob },
    { mode: '40000', name: 'two', id: blob },
  ])
  const between = rawEntry('100644', 'one').length
  for (let length = 1; length < content.byteLength; length++) {
    if (length === between) continue
    assert.throws(
      () => decodeTree(content.subarray(0, length)),
      error => isModulePickleError(error, 'ERR_SNAPSHOT_CORRUPT'),
      `${length} bytes`,
    )
  }
})

test('an object is refused under any id but its own', () => {
  const content = Buffer.from('content')
  verifyObject(objectId('blob', content), 'blob', content)
  for (const id of [objectId('tree', content), objectId('blob', Buffer.from('Content')), '../../etc/passwd', '']) {
    assert.throws(
      () => verifyObject(id, 'blob', content),
      error => isModulePickleError(error, 'ERR_SNAPSHOT_CORRUPT'),
      id,
    )
  }
})

test('a builder that has replaced entries gives the trees of one that was made from them', () => {
  const entries = entriesOf(samples)
  const builder = new TreeBuilder()
  for (const entry of entries) builder.add(entry)
  builder.build()
  for (const [index, entry] of entries.entries()) {
    const changed = { ...entry, id: objectId('blob', Buffer.from(`changed ${index}`)) }
    builder.replace(changed)
    entries[index] = changed
    const { id, trees } = builder.build()
    const expected = buildTrees(entries)
    assert.equal(id, expected.id)
    assert.deepEqual(trees.map(tree => tree.id).sort(), expected.trees.map(tree => tree.id).sort())
  }
})
