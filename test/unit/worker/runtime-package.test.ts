/** The package that shipped code imports as `modulepickle`: of the program's version, written whole, by any number of processes. */
import assert from 'node:assert/strict'
import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { suite, test } from 'node:test'
import { SnapshotCache } from '../../../src/snapshot/materialize/snapshot-cache.ts'
import { writeRuntimePackage } from '../../../src/worker/runtime-package.ts'
import { temporaryDirectory } from '../snapshot/temporary-project.ts'

const program = {
  url: 'file:///worker.js',
  version: '1.2.3',
  subpaths: { '.': { dumps: 1 }, './pickle': { loads: 1 } },
}

suite('the package of the worker program', () => {
  test('has the version and the subpaths of the program', t => {
    const directory = writeRuntimePackage(new SnapshotCache(temporaryDirectory(t)), program)
    const json = JSON.parse(readFileSync(path.join(directory, 'package.json'), 'utf8')) as Record<string, unknown>
    assert.equal(json['version'], '1.2.3')
    assert.deepEqual(json['exports'], {
      './package.json': './package.json',
      '.': './index.js',
      './pickle': './pickle.js',
    })
  })

  test('is written once for each version, and nothing stays beside it', t => {
    const cache = new SnapshotCache(temporaryDirectory(t))
    const directory = writeRuntimePackage(cache, program)
    assert.equal(writeRuntimePackage(cache, program), directory)
    const other = writeRuntimePackage(cache, { ...program, version: '1.2.4' })
    assert.deepEqual(
      readdirSync(path.join(cache.directory, 'runtime')).sort(),
      [path.basename(directory), path.basename(other)].sort(),
    )
    assert.deepEqual(readdirSync(path.join(cache.directory, 'tmp')), [])
  })

  test('is not confused by a process of another container that has the same id', t => {
    const directory = writeRuntimePackage(new SnapshotCache(temporaryDirectory(t)), program)
    const cache = new SnapshotCache(temporaryDirectory(t))
    writeRuntimePackage(cache, { ...program, version: '1.2.4' })
    writeFileSync(path.join(cache.directory, 'runtime', `${path.basename(directory)}-${process.pid}`), '')
    assert.ok(readdirSync(writeRuntimePackage(cache, program)).includes('package.json'))
  })
})
