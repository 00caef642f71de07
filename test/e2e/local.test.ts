/** `local:` workers: calls and what comes back, from every loader and on every supported version of Node. */
import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { LocalProject } from '../support/local-project.ts'
import { nodeOfMajor, type Loader } from '../support/project.ts'
import { unlessNode } from '../support/requirements.ts'

const expected = {
  closure: 42,
  'method of a result': '11 EUR',
  'class of a result': true,
  'private state of a result': [7, 'more than 7', true, 0],
  'deferred import': 3,
  values: true,
  large: true,
  function: 42,
  'other process': true,
  there: { files: [], mode: '700', greeting: 'hello', inherited: 'yes', arguments: 2, pid: 0, paths: 0 },
  'sharing between function and arguments': true,
  remote: '44 EUR',
  map: ['a0', 'b1', 'c2', 'd3', 'e4'],
  'errors yielded': [1, 'two', 3],
  'error thrown': [[1], 'two'],
  'after close': 'ERR_EXECUTOR_CLOSED',
}

interface Seen extends Record<string, unknown> {
  readonly stats: {
    readonly calls: number
    readonly failed: number
    readonly snapshots: number
    readonly workers: boolean
  }
}

async function check(loader: Loader, node?: string): Promise<void> {
  const project = new LocalProject(loader)
  try {
    const env = { INHERITED: 'yes', NODE_PATH: project.directory }
    const { stats, stderr, ...seen } = await project.seen<Seen>('values', env, node)
    assert.deepEqual(seen, expected, stderr)
    assert.ok(stats.workers && stats.snapshots >= 1 && stats.failed >= 2, JSON.stringify(stats))
  } finally {
    project.remove()
  }
}

suite('calls on local workers', () => {
  for (const loader of ['plain ESM', 'tsx ESM', 'tsx CommonJS', 'type stripping'] satisfies Loader[]) {
    test(`from ${loader}`, () => check(loader))
  }

  for (const major of [20, 22, 26] as const) {
    test(`on Node ${major}`, { skip: unlessNode(major) }, () => check('plain ESM', nodeOfMajor(major)))
  }
})
