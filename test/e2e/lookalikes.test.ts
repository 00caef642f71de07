/**
 * Many scopes that look alike: functions that share one share it on the other end, others do not, and here nothing changes.
 */
import assert from 'node:assert/strict'
import { mkdirSync } from 'node:fs'
import { after, before, suite, test } from 'node:test'
import { Project, runNode } from '../support/project.ts'

const main = `
import { writeFileSync } from 'node:fs'
import { dumps } from 'modulepickle'

function makeCounter() {
  let count = 0
  let step = 1
  return {
    inc: () => (count += step),
    get: () => count,
    setStep(value) { step = value },
    // Calling it would compute a key, so that nothing can look into it.
    peek: ({ [String(1)]: _ } = {}) => count,
  }
}
const counters = Array.from({ length: 60 }, makeCounter)
// In an order that keeps functions of one scope apart.
const value = ['get', 'peek', 'inc', 'setStep'].map(name => counters.map(counter => counter[name]))
const inReducers = new class {
  [Symbol.for('modulepickle.reduce')]() { return { callee: Array.of, args: Array.from({ length: 40 }, () => makeCounter().get) } }
}
writeFileSync(process.argv[2], dumps(value))
writeFileSync(process.argv[3], dumps(inReducers))
// Again, now that it is known which functions share what.
const again = dumps(value)
counters.push(makeCounter())
for (const [index, counter] of counters.entries()) for (let times = 0; times < index % 3; times++) counter.inc()
for (const counter of counters) counter.setStep(10)
console.log(JSON.stringify({ counts: counters.map(counter => [counter.inc(), counter.get(), counter.peek()]), length: again.length }))
`

const receive = `
import { readFileSync } from 'node:fs'
import { loads } from 'modulepickle'
const bytes = readFileSync(process.argv[2])
const [get, peek, inc, setStep] = await loads(bytes)
const made = await loads(readFileSync(process.argv[3]))
for (const [index, each] of inc.entries()) for (let times = 0; times < index % 3; times++) each()
setStep[1](5)
inc[1]()
console.log(JSON.stringify({ counts: get.map((each, index) => [each(), peek[index]()]), made: made.map(each => each()).length, length: bytes.length }))
`

suite('many scopes that look alike', () => {
  let sender: Project
  let receiver: Project
  let sent: { counts: number[][]; length: number }

  before(async () => {
    const packageJson = '{"name":"app","type":"module"}'
    sender = new Project({ 'package.json': packageJson, 'main.js': main })
    receiver = new Project({ 'package.json': packageJson, 'receive.js': receive })
    sender.installModulepickle()
    receiver.installModulepickle()
    mkdirSync(receiver.path('cache'), { mode: 0o700 })
    const args = [receiver.path('counters.pkl'), receiver.path('made.pkl')]
    const { code, stdout, stderr } = await sender.run('plain ESM', 'main.js', args)
    assert.equal(code, 0, stderr)
    sent = JSON.parse(stdout) as typeof sent
  })

  after(() => {
    sender.remove()
    receiver.remove()
  })

  test('stay apart, with the functions of each together', async () => {
    const args = [receiver.path('receive.js'), receiver.path('counters.pkl'), receiver.path('made.pkl')]
    const { code, stdout, stderr } = await runNode(process.execPath, args, {
      cwd: receiver.directory,
      env: { MODULEPICKLE_CACHE: receiver.path('cache') },
    })
    assert.equal(code, 0, stderr)
    const received = JSON.parse(stdout) as { counts: number[][]; made: number; length: number }
    const expected = Array.from({ length: 60 }, (_, index) => (index % 3) + (index === 1 ? 5 : 0))
    assert.deepEqual(
      received.counts,
      expected.map(count => [count, count]),
    )
    assert.equal(received.made, 40)
    assert.equal(sent.length, received.length)
  })

  test('nothing of them changes in the program that pickles them', () => {
    const expected = Array.from({ length: 61 }, (_, index) => (index % 3) + 10)
    assert.deepEqual(
      sent.counts,
      expected.map(count => [count, count, count]),
    )
  })
})
