/** What `local:` sends: objects that workers lack and nothing else; and which version of the code each call runs. */
import assert from 'node:assert/strict'
import { after, before, suite, test } from 'node:test'
import { LocalProject } from '../support/local-project.ts'

suite('code that is edited while a program runs', () => {
  let project: LocalProject
  let seen: Readonly<Record<string, unknown>>

  before(async () => {
    project = new LocalProject()
    seen = await project.seen('edits')
  })

  after(() => project.remove())

  test('run() uses it as it is when called, map() as well', () => {
    assert.deepEqual([seen['first'], seen['new'], seen['new, imported late']], ['110 EUR', '120 EUR', 20])
    assert.deepEqual(seen['new in a map'], [120, 240])
  })

  test('remote() stays with the code of its moment, also where it imports late', () => {
    assert.deepEqual([seen['old'], seen['old, imported late']], ['110 EUR', 10])
  })

  test('what a remote() function is given is of its moment, too: an instance is one of the class that it knows', () => {
    assert.equal(seen['old, given an instance'], true)
  })

  test('is sent once: nothing for an unchanged call, and not by another executor', () => {
    assert.equal(seen['sent at first'], true)
    assert.equal(seen['sent for the same again'], 0)
    assert.deepEqual([seen['another executor'], seen['sent by another executor']], ['120 EUR', 0])
  })

  test('costs what differs in one file, as compiled and as written', () => {
    assert.equal(seen['files sent for the edit'], 2)
    assert.equal(seen['objects sent for the edit'], 2)
    assert.ok((seen['bytes sent for the edit'] as number) < 2048, String(seen['bytes sent for the edit']))
    assert.equal(seen['snapshots'], 2)
  })

  test('is sent to one of several workers that lack it at the same time', () => {
    assert.deepEqual(seen['two at once'], [true, 2])
    assert.equal(seen['files sent to two at once'], 2)
  })
})

suite('code that is being sent', () => {
  test('arrives also when a function of an earlier call is released meanwhile', async () => {
    const project = new LocalProject()
    try {
      const { stderr, ...seen } = await project.seen('releases')
      assert.deepEqual(seen, { first: 2, call: 10, 'same worker': true }, stderr)
    } finally {
      project.remove()
    }
  })
})

suite('a cache whose disk has spoiled objects', () => {
  interface Seen {
    readonly objects: number
    /** For each way to spoil them: what two calls gave, and how many objects were sent. */
    readonly [damage: string]: unknown
  }

  test('heals: they are sent again, and the call that met them succeeds', async () => {
    const project = new LocalProject()
    try {
      const { stderr, objects, ...seen } = await project.seen<Seen>('damaged')
      assert.ok(objects >= 10, String(objects))
      assert.deepEqual(
        [seen['nothing'], seen['all']],
        [
          [10, 10, 0],
          [10, 10, objects],
        ],
      )
      for (const half of ['every second', 'the others']) {
        // With a directory come those below it.
        const [first, second, sent] = seen[half] as [number, number, number]
        assert.deepEqual([first, second], [10, 10], stderr)
        assert.ok(sent >= Math.floor(objects / 2) && sent < objects, `${half}: ${sent} of ${objects}`)
      }
    } finally {
      project.remove()
    }
  })
})

suite('code that itself imports modulepickle', () => {
  let project: LocalProject
  let seen: Readonly<Record<string, unknown>>

  before(async () => {
    project = new LocalProject()
    seen = await project.seen('nested')
  })

  after(() => project.remove())

  test('gets the one instance that the worker is', () => {
    assert.equal(seen['one instance'], true)
    assert.deepEqual(seen['data'], { a: 1 })
  })

  test('can pickle and unpickle functions on the worker', () => {
    assert.equal(seen['a function of a module'], 1)
    assert.equal(seen['a closure'], 4)
  })

  test('can send pickles home that carry the code they were sent with', () => {
    assert.equal(seen['a pickle made on a worker'], 1)
  })

  test('gives functions and errors back as the ones that the sender knows', () => {
    assert.equal(seen['a function returned'], true)
    assert.deepEqual(seen['an error class of the package'], ['ERR_CAPTURE_UNSUPPORTED', 'thrown by shipped code'])
  })

  test('can connect at its top level, and fails by code only when it makes calls', () => {
    assert.deepEqual([seen['a nested call'], seen['a nested map']], ['ERR_NESTED_CALL', 'ERR_NESTED_CALL'])
  })
})
