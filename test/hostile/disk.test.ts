/** A working directory that is not what the running program was loaded from, or not a project at all. */
import assert from 'node:assert/strict'
import { suite, test, type TestContext } from 'node:test'
import { Project, type Finished } from '../support/project.ts'

/** Runs a program that pickles after it has done something to the disk, and gives the error that dumps threw. */
async function errorOf(t: TestContext, files: Record<string, string>, main: string): Promise<Finished> {
  const project = new Project(files)
  t.after(() => project.remove())
  project.installModulepickle()
  return project.run('plain ESM', main)
}

const report = 'catch (error) { console.log(error.code, error.message) }'

suite('dumps refuses', () => {
  test('an export that was renamed on disk after it was loaded', async t => {
    const { stdout, stderr } = await errorOf(
      t,
      {
        'package.json': '{"name":"app","type":"module"}',
        'lib.js': 'export const score = n => n\n',
        'main.js': `
          import { writeFileSync } from 'node:fs'
          import { dumps } from 'modulepickle'
          import { score } from './lib.js'
          dumps(score)
          writeFileSync('lib.js', 'export const rate = n => n')
          try { dumps({ args: [() => score(1)] }) } ${report}`,
      },
      'main.js',
    )
    assert.match(stdout, /^ERR_BINDING_MISSING .*lib\.js no longer has the export `score`.*Restart/, stderr)
  })

  test('a top-level binding that is gone, although it was never exported', async t => {
    const { stdout, stderr } = await errorOf(
      t,
      {
        'package.json': '{"name":"app","type":"module"}',
        'lib.js': 'let n = 1\nexport const make = () => () => n++\n',
        'main.js': `
          import { writeFileSync } from 'node:fs'
          import { dumps } from 'modulepickle'
          import { make } from './lib.js'
          writeFileSync('lib.js', 'export const make = () => () => 0')
          try { dumps(make()) } ${report}`,
      },
      'main.js',
    )
    assert.match(stdout, /^ERR_BINDING_MISSING .*lib\.js no longer has the top-level binding `n`/, stderr)
  })

  test('a module that belongs to no package', async t => {
    const { stdout, stderr } = await errorOf(
      t,
      {
        'lib.js': 'export const score = n => n\n',
        'main.mjs': `
          import { dumps } from 'modulepickle'
          import { score } from './lib.js'
          try { dumps(score) } ${report}`,
      },
      'main.mjs',
    )
    assert.match(stdout, /^ERR_MODULE_OUTSIDE_ROOT .*lib\.js.*package\.json/, stderr)
  })

  test('a module of another project beside this one', async t => {
    const { stdout, stderr } = await errorOf(
      t,
      {
        'app/package.json': '{"name":"app","type":"module"}',
        'app/lib.js': "export { score } from '../other/lib.js'\nexport const own = () => 1\n",
        'other/package.json': '{"name":"other","type":"module"}',
        'other/lib.js': 'export const score = n => n\n',
        'app/main.js': `
          import { dumps } from 'modulepickle'
          import { own } from './lib.js'
          try { dumps(own) } ${report}`,
      },
      'app/main.js',
    )
    assert.match(stdout, /^ERR_MODULE_OUTSIDE_ROOT .*other.lib\.js/, stderr)
  })

  test('a module whose syntax is broken on disk, by file and line', async t => {
    const { stdout, stderr } = await errorOf(
      t,
      {
        'package.json': '{"name":"app","type":"module"}',
        'lib.js': 'export const score = n => n\n',
        'main.js': `
          import { writeFileSync } from 'node:fs'
          import { dumps } from 'modulepickle'
          import { score } from './lib.js'
          writeFileSync('lib.js', 'export const score = n =>\\n  ;;) n')
          try { dumps(score) } ${report}`,
      },
      'main.js',
    )
    assert.match(stdout, new RegExp(`^ERR_MODULE_UNREADABLE .*lib\\.js.*\\(2:2\\)`), stderr)
  })
})
