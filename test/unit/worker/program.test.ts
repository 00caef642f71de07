/** The built worker program: one file that needs nothing but Node, with the package's own public face. */
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import path from 'node:path'
import { suite, test } from 'node:test'
import { pathToFileURL } from 'node:url'
import { readModule } from '../../../src/cloudpickle/source/module-record.ts'
import { repository } from '../../support/project.ts'

const file = path.join(repository, 'dist/worker.js')

suite('the worker program', () => {
  test('imports only node: modules', () => {
    const { requests } = readModule(readFileSync(file, 'utf8'), 'module', file)
    // Requests without a specifier are computed ones: of the code that was shipped here.
    const specifiers = requests.flatMap(({ specifier }) => specifier ?? [])
    assert.ok(specifiers.length > 5)
    assert.deepEqual(
      specifiers.filter(specifier => !specifier.startsWith('node:')),
      [],
    )
  })

  test('holds nothing of what packs', () => {
    const text = readFileSync(file, 'utf8')
    for (const name of ['oxc-transform', 'esbuild', 'import-meta-resolve', 'snapshot/pack', 'dist/executors']) {
      assert.ok(!text.includes(`// dist/${name}`) && !text.includes(`from "${name}"`), name)
      assert.ok(!text.includes(`require("${name}")`) && !text.includes(`node_modules/${name}`), name)
    }
  })

  test('imported, starts nothing and gives what the package and its subpaths export', async () => {
    const { subpaths } = (await import(pathToFileURL(file).href)) as { subpaths: Record<string, object> }
    for (const [subpath, entry] of [
      ['.', 'index.js'],
      ['./pickle', 'pickle/index.js'],
      ['./cloudpickle', 'cloudpickle/index.js'],
    ] as const) {
      const real = (await import(pathToFileURL(path.join(repository, 'dist', entry)).href)) as object
      assert.deepEqual(Object.keys(subpaths[subpath] ?? {}).sort(), Object.keys(real).sort(), subpath)
    }
  })
})
