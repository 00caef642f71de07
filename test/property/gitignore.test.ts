/** Which files are ignored, against git itself, on generated trees with generated rules. */
import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { test } from 'node:test'
import * as fc from 'fast-check'
import { Disk } from '../../src/snapshot/pack/disk.ts'
import { IgnoreRules } from '../../src/snapshot/pack/ignore-rules.ts'
import { listPackage } from '../../src/snapshot/pack/package-files.ts'

interface Tree {
  readonly files: readonly string[]
  /** Directory to the lines of its .gitignore. */
  readonly rules: ReadonlyMap<string, readonly string[]>
}

const names = [
  'a',
  'b',
  'ab',
  'a.js',
  'b.js',
  '.a',
  'A',
  'out',
  'a b',
  'a[b]',
  '#a',
  '!a',
  'a*',
  'ü',
  'a\\',
  ' a',
  'node',
] as const
const name = fc.constantFrom(...names)
/** Of files: not every system can have the others, so they never ship. */
const portable = fc.constantFrom(...names.filter(each => !['A', 'a*', 'a\\'].includes(each)))
const file = fc.array(portable, { minLength: 1, maxLength: 4 }).map(parts => parts.join('/'))
const piece = fc.oneof(
  { weight: 4, arbitrary: name },
  fc.constantFrom(
    '*',
    '?',
    '**',
    '*.js',
    'a*',
    '*b',
    '[ab]',
    '[!a]',
    '[^a]',
    '[a-c]*',
    '\\#a',
    '\\!a',
    'a\\*',
    'a\\ b',
    'a[[]b]',
    '\\a',
    '[',
    'a**',
    '**b',
    'a?',
    '[]a]',
    '[a',
    '[[:alpha:]]',
    'a\\\\',
    '?*',
    '***',
    '.*',
  ),
)
const pattern = fc
  .record({
    pieces: fc.array(piece, { minLength: 1, maxLength: 4 }),
    before: fc.constantFrom('', '', '', '/', '!', '!', '!/', '**/', '#', ' '),
    after: fc.constantFrom('', '', '', '/', '/', '/*', '/**', ' ', '\\ ', '  ', '\t', '\r'),
  })
  .map(({ pieces, before, after }) => before + pieces.join('/') + after)
const tree: fc.Arbitrary<Tree> = fc
  .record({
    files: fc.uniqueArray(file, { minLength: 1, maxLength: 14 }),
    rules: fc.array(fc.tuple(fc.nat(), fc.array(pattern, { minLength: 1, maxLength: 6 })), { maxLength: 3 }),
  })
  .map(({ files, rules }) => {
    const kept = withoutConflicts(files)
    const directories = ['', ...new Set(kept.flatMap(directoriesAbove))]
    return { files: kept, rules: new Map(rules.map(([at, lines]) => [directories[at % directories.length]!, lines])) }
  })

function directoriesAbove(file: string): string[] {
  const parts = file.split('/').slice(0, -1)
  return parts.map((_, index) => parts.slice(0, index + 1).join('/'))
}

/** A name that is a directory cannot be a file. */
function withoutConflicts(files: readonly string[]): string[] {
  const directories = new Set(files.flatMap(directoriesAbove))
  return files.filter(name => !directories.has(name))
}

function makeTree(root: string, { files, rules }: Tree): void {
  for (const name of files) {
    mkdirSync(path.join(root, path.dirname(name)), { recursive: true })
    writeFileSync(path.join(root, name), '')
  }
  for (const [directory, lines] of rules)
    writeFileSync(path.join(root, directory, '.gitignore'), `${lines.join('\n')}\n`)
}

function keptByGit(root: string): string[] {
  const args = [
    '-c',
    'core.excludesFile=/dev/null',
    '-c',
    'core.ignoreCase=false',
    'ls-files',
    '--others',
    '--exclude-standard',
    '-z',
  ]
  return execFileSync('git', args, { cwd: root, encoding: 'utf8' }).split('\0').filter(Boolean).sort()
}

function keptHere(root: string): string[] {
  const disk = new Disk()
  const { files } = listPackage(root, root, disk, new IgnoreRules(root, disk))
  return files.map(file => path.relative(root, file)).sort()
}

test('nested .gitignore files mean what they mean to git', t => {
  const directory = realpathSync(mkdtempSync(path.join(tmpdir(), 'modulepickle-gitignore-')))
  t.after(() => rmSync(directory, { recursive: true, force: true }))
  let count = 0
  // Many trees side by side, because asking git takes longer than all the rest.
  const trees = fc.array(tree, { minLength: 1, maxLength: 60 })
  fc.assert(
    fc.property(trees, samples => {
      const root = path.join(directory, String(count++))
      mkdirSync(root)
      execFileSync('git', ['init', '--quiet', '--template='], { cwd: root })
      for (const [index, sample] of samples.entries()) {
        mkdirSync(path.join(root, String(index)))
        makeTree(path.join(root, String(index)), sample)
      }
      assert.deepEqual(keptHere(root), keptByGit(root))
      rmSync(root, { recursive: true })
    }),
    { numRuns: Number(process.env['MODULEPICKLE_TEST_RUNS'] ?? 8), interruptAfterTimeLimit: 20_000 },
  )
})
