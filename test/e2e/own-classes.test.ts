/** Classes of the program itself, which travel by value: what comes back of them is of the very classes that run there. */
import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { LocalProject } from '../support/local-project.ts'
import { nodeOfMajor, type Loader } from '../support/project.ts'
import { unlessNode } from '../support/requirements.ts'

const expected = {
  instance: [true, 5, true],
  class: true,
  method: true,
  'private state': [true, 21, 42, 9, 7],
  'private state that cannot be made again': [false, 1, 0],
  'the same as an argument': [true, 1],
  error: [true, true, true],
  'heir of a built-in class': [true, 1, true],
  'function as class': [true, 4],
  'heir made there': [true, 10, 'Heir'],
  'module by value': true,
  progress: [true],
  'on to a third': [true, 3],
  statics: [0, 6, 5, 5],
  remote: [
    [true, 5],
    [true, 5],
  ],
  map: [true, true],
  closure: [false, 2, 1],
  loads: [false, true],
  'data only': 'ERR_GLOBAL_FORBIDDEN',
  gone: 'ERR_GLOBAL_UNKNOWN',
}

async function check(loader: Loader, target: string, node?: string): Promise<void> {
  const project = new LocalProject(loader)
  try {
    const { stderr, ...seen } = await project.seen('own-classes', { MODULEPICKLE_TARGET: target }, node)
    assert.deepEqual(seen, expected, stderr)
  } finally {
    project.remove()
  }
}

suite('classes of the program itself, on local workers', () => {
  for (const loader of ['plain ESM', 'tsx ESM', 'tsx CommonJS', 'type stripping'] satisfies Loader[]) {
    test(`from ${loader}`, () => check(loader, 'local:'))
  }

  for (const major of [20, 22, 26] as const) {
    test(`on Node ${major}`, { skip: unlessNode(major) }, () => check('plain ESM', 'local:', nodeOfMajor(major)))
  }
})

test('classes of the program itself, inline', () => check('type stripping', 'inline:'))
