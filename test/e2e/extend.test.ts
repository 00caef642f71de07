/** Picklers that people have already: a subclass of their own, and modulepickle/cloudpickle, ship packages once extended. */
import assert from 'node:assert/strict'
import { cpSync, readdirSync, symlinkSync } from 'node:fs'
import path from 'node:path'
import { test } from 'node:test'
import { Project, repository } from '../support/project.ts'

const lib = {
  'package.json': '{"name":"app","type":"module"}',
  'lib.js':
    'export const twice = n => 2 * n\nexport class Celsius { constructor(degrees) { this.degrees = degrees; this.cache = new WeakMap() } }\nexport const celsius = degrees => new Celsius(degrees)\n',
  'late.js': 'export const late = "late"\n',
}

/** Runs `program` on a sender that is gone when `receive` runs, each with the arguments `pickle…`; what `receive` prints. */
async function send(program: string, receive: string, extra: (sender: Project) => void = () => {}): Promise<unknown> {
  const sender = new Project({ ...lib, 'main.js': program })
  const receiver = new Project({ 'package.json': '{"type":"module"}', 'receive.js': receive })
  try {
    for (const project of [sender, receiver]) project.installModulepickle()
    extra(sender)
    const pickle = receiver.path('value.pkl')
    const sent = await sender.run('plain ESM', 'main.js', [pickle])
    assert.equal(sent.code, 0, sent.stderr)
    sender.remove()
    const received = await receiver.run('plain ESM', 'receive.js', [pickle], {
      MODULEPICKLE_CACHE: receiver.path('cache'),
    })
    assert.equal(received.code, 0, received.stderr)
    return JSON.parse(received.stdout)
  } finally {
    sender.remove()
    receiver.remove()
  }
}

const receive = `
  import { readFileSync } from 'node:fs'
  import { loads } from 'modulepickle'
  const { run } = await loads(readFileSync(process.argv[2]))
  console.log(JSON.stringify(await run(21)))
`

test('a pickler of one’s own keeps its reducers and its state, and ships packages', async () => {
  const program = `
    import { writeFileSync } from 'node:fs'
    import { extend } from 'modulepickle'
    import { CloudPickler } from 'modulepickle/cloudpickle'
    import { Celsius, celsius, twice } from './lib.js'
    class Recording extends CloudPickler {
      seen = []
      constructor(label) { super(); this.label = label }
      reducerOverride(value) {
        if (value instanceof Celsius) {
          this.seen.push(this.label)
          return { callee: celsius, args: [value.degrees] }
        }
        return super.reducerOverride(value)
      }
    }
    const Shipping = extend(Recording)
    const pickler = new Shipping('a label')
    const warm = new Celsius(20)
    const bytes = pickler.dump({ run: async n => [twice(n), warm instanceof Celsius, warm.degrees, (await import('./late.js')).late] })
    if (pickler.seen.join() !== 'a label' || pickler.shipment.snapshots.length !== 1) throw new Error('lost')
    writeFileSync(process.argv[2], bytes)
    writeFileSync(process.argv[2], pickler.dump({ run: n => [twice(n), warm.degrees] }))
    writeFileSync(process.argv[2], bytes)
  `
  assert.deepEqual(await send(program, receive), [42, true, 20, 'late'])
})

const extended = (extending: string, dumping: string): string => `
  import { writeFileSync } from 'node:fs'
  import { dumps, loads } from '${dumping}'
  import * as cloudpickle from '${dumping}'
  import { extendCloudpickle } from '${extending}'
  import { twice } from './lib.js'
  const before = dumps(twice)
  extendCloudpickle()
  extendCloudpickle()
  if (dumps !== cloudpickle.dumps) throw new Error('not the same')
  const bytes = dumps({ run: twice })
  if (!(bytes.length > before.length + 200)) throw new Error('nothing was shipped')
  if ((await loads(before)) !== twice) throw new Error('a pickle from before does not load')
  writeFileSync(process.argv[2], bytes)
`

test('modulepickle/cloudpickle ships packages once it is extended, also where it was imported before', async () => {
  assert.equal(await send(extended('modulepickle', 'modulepickle/cloudpickle'), receive), 42)
})

test('modulepickle/cloudpickle reads such pickles once it is extended, and says how before', async () => {
  const receiveByCloudpickle = `
    import { readFileSync } from 'node:fs'
    import { extendCloudpickle } from 'modulepickle'
    import { loads } from 'modulepickle/cloudpickle'
    const bytes = readFileSync(process.argv[2])
    const refused = await loads(bytes).catch(error => error)
    extendCloudpickle()
    const { run } = await loads(bytes)
    console.log(JSON.stringify([refused.code, /extendCloudpickle/.test(refused.message), run(21)]))
  `
  const program = extended('modulepickle', 'modulepickle/cloudpickle')
  assert.deepEqual(await send(program, receiveByCloudpickle), ['ERR_SNAPSHOT_MISSING', true, 42])
})

test('extending one copy of the package extends the others in the process', async () => {
  const program = extended('modulepickle', 'copy/cloudpickle')
  const installCopy = (sender: Project): void => {
    const copy = sender.path('node_modules/copy')
    cpSync(path.join(repository, 'dist'), path.join(copy, 'dist'), { recursive: true })
    cpSync(path.join(repository, 'package.json'), path.join(copy, 'package.json'))
    symlinkSync(path.join(repository, 'node_modules'), path.join(copy, 'node_modules'))
  }
  assert.equal(await send(program, receive, installCopy), 42)
})

test('what came in a snapshot travels on in that snapshot, beside code of one’s own, with the first sender gone', async () => {
  const onwards = new Project({
    'package.json': '{"name":"between","type":"module"}',
    'own.js': 'export const add = (a, b) => a + b\n',
    'between.js': `
      import { readFileSync, writeFileSync } from 'node:fs'
      import { dumps, loads } from 'modulepickle'
      import { add } from './own.js'
      const { run } = await loads(readFileSync(process.argv[2]))
      writeFileSync(process.argv[2], dumps({ run: async n => add(await run(n), 1) }))
    `,
  })
  onwards.installModulepickle()
  const cache = onwards.path('cache')
  const program = `
    import { writeFileSync } from 'node:fs'
    import { dumps } from 'modulepickle'
    import { twice } from './lib.js'
    const suffix = 1
    writeFileSync(process.argv[2], dumps({ run: async n => twice(n) + suffix + (await import('./late.js')).late.length }))
  `
  const pickle = onwards.path('value.pkl')
  const sender = new Project({ ...lib, 'main.js': program })
  sender.installModulepickle()
  const sent = await sender.run('plain ESM', 'main.js', [pickle])
  assert.equal(sent.code, 0, sent.stderr)
  sender.remove()
  const between = await onwards.run('plain ESM', 'between.js', [pickle], { MODULEPICKLE_CACHE: cache })
  assert.equal(between.code, 0, between.stderr)
  const ids = readdirSync(path.join(cache, 'snapshots'))
  const last = new Project({ 'package.json': '{"type":"module"}', 'receive.js': receive })
  last.installModulepickle()
  cpSync(pickle, last.path('value.pkl'))
  onwards.remove()
  const received = await last.run('plain ESM', 'receive.js', [last.path('value.pkl')], {
    MODULEPICKLE_CACHE: last.path('cache'),
  })
  assert.equal(received.stdout, '48\n', received.stderr)
  const arrived = readdirSync(last.path('cache/snapshots'))
  assert.equal(arrived.length, 2)
  assert.ok(arrived.includes(ids[0] ?? ''), 'the first snapshot is the same')
  last.remove()
})
