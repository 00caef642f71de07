/** Errors of calls: class, message, cause and code are kept, and the stack is told in the sender's own files and lines. */
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import path from 'node:path'
import { after, before, suite, test } from 'node:test'
import { LocalProject } from '../support/local-project.ts'
import { repository } from '../support/project.ts'

interface Told {
  readonly name: string
  readonly message: string
  readonly code?: string
  readonly path?: string
  readonly stack: readonly string[]
  readonly cause?: Told
}

type Seen = Readonly<Record<string, Told>>

/** `file:line` of the first line of a fixture that has `text`. */
function place(file: string, text: string): string {
  const lines = readFileSync(path.join(repository, 'test/fixtures/local', file), 'utf8').split('\n')
  const index = lines.findIndex(line => line.includes(text))
  assert.ok(index >= 0, `${file} has ${text}`)
  return `/${file}:${index + 1}:`
}

function frames({ stack }: Told): string[] {
  return stack.filter(line => line.startsWith('    at ')).map(line => line.slice(7).replace('file://', ''))
}

suite('errors of calls', () => {
  let project: LocalProject
  let seen: Seen

  before(async () => {
    project = new LocalProject()
    project.write({ 'src/broken.json': '{ "a": }' })
    seen = (await project.seen('errors')) as unknown as Seen
  })

  after(() => project.remove())

  test('have the class of the sending process, and its properties', () => {
    assert.equal(seen['is the class of this process'], true)
    assert.equal(seen['own class']?.name, 'NegativePrice')
  })

  test('of a function by reference: where it threw, where it was called, where it ran', () => {
    const [thrown, call, ...rest] = frames(seen['own class']!)
    assert.ok(thrown?.startsWith(`bill (${place('src/prices.ts', 'throw new NegativePrice')}`), thrown)
    assert.ok(call?.startsWith(place('errors.ts', 'pool.run(bill, -1)')), call)
    assert.match(rest.at(-1) ?? '', /^<executor local:, snapshot [0-9a-f]{8}>$/)
  })

  test('of a function by value: the lines of the file that it was written in', () => {
    const [thrown, inside, call] = frames(seen['by value']!)
    assert.ok(thrown?.startsWith(`bill (${place('src/prices.ts', 'throw new NegativePrice')}`), thrown)
    assert.ok(inside?.startsWith(place('errors.ts', 'return bill(price)')), inside)
    assert.ok(call?.startsWith(place('errors.ts', 'remote(-2)')), call)
  })

  test('of a map: the place where the map was made', () => {
    const [, call] = frames(seen['map']!)
    assert.ok(call?.startsWith(place('errors.ts', 'pool.map(bill')), call)
  })

  test('keep their causes, with stacks of their own', () => {
    const cause = seen['own class']?.cause
    assert.equal(cause?.name, 'RangeError')
    assert.equal(frames(cause!).length, 1)
    assert.ok(frames(cause!)[0]?.includes(place('src/prices.ts', 'throw new NegativePrice')))
  })

  test('in an AggregateError have stacks of their own, too', () => {
    const [only, ...rest] = frames(seen['aggregate']!)
    assert.ok(only?.startsWith(place('errors.ts', 'Promise.any')), only)
    assert.deepEqual(rest, [])
  })

  test('of modules that cannot be loaded name files of the sender', () => {
    for (const what of ['package that is missing', 'file that is missing', 'broken JSON']) {
      const { message, stack } = seen[what]!
      assert.doesNotMatch(message + stack.join('\n'), /snapshots\//, what)
    }
    assert.match(seen['package that is missing']!.message, /nowhere-to-be-found' imported from \S*\/errors\.ts/)
    assert.ok(seen['file that is missing']!.message.includes(project.path('src/nowhere.ts')))
    assert.ok(seen['broken JSON']!.message.includes(project.path('src/broken.json')), seen['broken JSON']!.message)
  })

  test('show nothing of the worker itself', () => {
    for (const [name, told] of Object.entries(seen)) {
      if (typeof told !== 'object' || told.code === 'ERR_TARGET_UNKNOWN') continue
      assert.doesNotMatch(JSON.stringify(told), /worker\.js|node:internal|\/cache\//, name)
    }
  })

  test('may be any value', () => {
    assert.equal(seen['aggregate of nothing']?.message, 'many')
    assert.equal(seen['no error'], 'thrown: {"reason":"because"}')
    assert.equal(seen['undefined'], 'thrown: undefined')
  })

  test('that cannot be pickled are told', () => {
    const told = seen['error that cannot be pickled']!
    assert.deepEqual([told.name, told.message, told.code], ['TypeError', 'the original message', 'EXAMPLE'])
    assert.ok(frames(told)[0]?.startsWith(place('errors.ts', "new TypeError('the original message')")))
  })

  test('that cannot be pickled whole keep what can be, and say what they lack', () => {
    assert.equal(seen['error of which a part cannot be pickled']?.name, 'Refusal')
    assert.deepEqual(seen['what is told of it'], {
      isPlain: true,
      issues: [{ path: ['price'] }],
      status: 422,
      leftOut: ['its class Refusal', 'socket', 'self'],
    })
    assert.equal(seen['keeps its class'], true)
    assert.deepEqual(seen['keeps causes'], ['inner'])
  })

  test('about what cannot be pickled name the path to it, and the call', () => {
    for (const [name, at, text] of [
      ['result that cannot be pickled', 'result.deep.never', 'deep: { never'],
      ['argument that cannot be pickled', 'args[0][0].map', '[{ map: new Promise(() => {}) }]'],
      ['argument of a remote', 'args[0]', 'remote(new Promise(() => {})'],
    ] as const) {
      const told = seen[name]!
      assert.deepEqual([told.code, told.path], ['ERR_UNPICKLABLE', at])
      assert.ok(frames(told)[0]?.startsWith(place('errors.ts', text)), `${name}: ${frames(told)[0]}`)
    }
    assert.equal(seen['is a ModulePickleError'], true)
  })

  test('what is no function, or no target, is refused', () => {
    assert.match(seen['not a function']?.message ?? '', /has to be a function, and is string/)
    assert.equal(seen['unknown target']?.code, 'ERR_TARGET_UNKNOWN')
    assert.match(seen['unknown target']?.message ?? '', /local:/)
  })

  test('leave the worker as it was', () => {
    assert.deepEqual((seen['still works'] as unknown as { returned: unknown }).returned, { total: 11 })
  })
})
