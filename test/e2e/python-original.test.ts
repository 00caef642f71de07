/**
 * What the Python package of this name gets wrong, each reproduced there, and right here. Others of them stand where they belong:
 * what does not ship, links, `/proj` beside `/proj2` and workspaces in unit/snapshot/pack.test.ts, old functions' deferred imports in
 * versions.test.ts, shipping onwards and extending twice in extend.test.ts, crashes in hostile/cache-crashes.test.ts.
 */
import assert from 'node:assert/strict'
import { readdirSync, utimesSync } from 'node:fs'
import path from 'node:path'
import { test, type TestContext } from 'node:test'
import { imageOfNode, unlessDocker } from '../support/docker.ts'
import { Project, type Finished } from '../support/project.ts'

const withoutEngine = await unlessDocker()

/** Writes pickles into the directory that is its argument; `dump` names them. */
const prelude = `
  import { writeFileSync } from 'node:fs'
  import path from 'node:path'
  import { dumps } from 'modulepickle'
  const dump = (name, value) => writeFileSync(path.join(process.argv[2], name), dumps(value))
`
/** `load` reads one of them. */
const receiverPrelude = `
  import { readFileSync, readdirSync } from 'node:fs'
  import { loads } from 'modulepickle'
  const load = name => loads(readFileSync(name))
  const snapshots = () => readdirSync(process.env.MODULEPICKLE_CACHE + '/snapshots').length
`

interface Sides {
  readonly sender: Project
  readonly receiver: Project
}

/** Runs `main` on a sender with `files`, then `receive` where neither is; what that prints. */
async function send(
  t: TestContext,
  files: Readonly<Record<string, string>>,
  receive: string,
  { main = 'main.js', prepare }: { main?: string; prepare?: (sides: Sides) => void } = {},
): Promise<unknown> {
  const sender = new Project({ 'package.json': '{"name":"app","type":"module"}', ...files })
  const receiver = new Project({ 'package.json': '{"type":"module"}', 'receive.js': receiverPrelude + receive })
  t.after(() => receiver.remove())
  t.after(() => sender.remove())
  for (const project of [sender, receiver]) project.installModulepickle()
  prepare?.({ sender, receiver })
  const sent = await sender.run('plain ESM', main, [receiver.directory])
  assert.equal(sent.code, 0, sent.stderr)
  sender.remove()
  const received = await receiver.run('plain ESM', 'receive.js', [], { MODULEPICKLE_CACHE: receiver.path('cache') })
  assert.equal(received.code, 0, received.stderr)
  return JSON.parse(received.stdout)
}

const value = (text: string): string => `export const value = '${text}'\nexport const read = () => value\n`

test('a touched file makes no new package', async t => {
  const project = new Project({
    'package.json': '{"name":"app","type":"module"}',
    'lib.js': value('a'),
    'main.js':
      "import { dumps } from 'modulepickle'\nimport { read } from './lib.js'\nconsole.log(Buffer.from(dumps(read)).toString('base64'))\n",
  })
  t.after(() => project.remove())
  project.installModulepickle()
  const first = await project.run('plain ESM', 'main.js')
  for (const file of ['lib.js', 'main.js', 'package.json']) utimesSync(project.path(file), 1, 1)
  assert.equal((await project.run('plain ESM', 'main.js')).stdout, first.stdout, first.stderr)
})

test('a single module, one below src/, and a class of the entry script travel', async t => {
  const files = {
    'alone.js': value('alone'),
    'src/package/deep.js': value('deep'),
    'main.js': `${prelude}
      import { read as alone } from './alone.js'
      import { read as deep } from './src/package/deep.js'
      class Entry { constructor(n) { this.n = n } twice() { return 2 * this.n } }
      dump('v.pkl', [alone, deep, () => new Entry(21).twice(), new Entry(4)])`,
  }
  const receive = `
    const [alone, deep, entry, instance] = await load('v.pkl')
    console.log(JSON.stringify([alone(), deep(), entry(), instance.twice()]))`
  assert.deepEqual(await send(t, files, receive), ['alone', 'deep', 42, 8])
})

test('two packages in one pickle load in either order', async t => {
  const sides = (project: Project): void => {
    for (const name of ['a', 'b']) {
      project.write({
        [`${name}/package.json`]: `{"name":"${name}","type":"module"}`,
        [`${name}/index.js`]: value(name),
      })
    }
  }
  const main = `${prelude}
    const a = (await import('./a/index.js')).read
    const b = (await import('./b/index.js')).read
    const own = () => 'own'
    for (const [name, value] of Object.entries({ ab: [a, b], ba: [b, a], 'ab and own': [a, b, own], 'own and ba': [own, b, a] })) dump(name, value)`
  const receive = `
    const seen = {}
    for (const name of ['ab', 'ba', 'ab and own', 'own and ba']) seen[name] = (await load(name)).map(read => read()).join(' ')
    console.log(JSON.stringify(seen))`
  const prepare = ({ sender }: Sides): void => sides(sender)
  assert.deepEqual(await send(t, { 'main.js': main }, receive, { prepare }), {
    ab: 'a b',
    ba: 'b a',
    'ab and own': 'a b own',
    'own and ba': 'own b a',
  })
})

test('a stale copy that is installed on the other end does not win', async t => {
  const files = {
    'lib.js': value('new'),
    'main.js': `${prelude}\nimport { read } from 'app/lib'\ndump('v.pkl', read)`,
  }
  const json = '{"name":"app","type":"module","version":"1.0.0","exports":{"./lib":"./lib.js"}}'
  const prepare = ({ sender, receiver }: Sides): void => {
    sender.write({ 'package.json': json })
    receiver.write({
      'node_modules/app/package.json': json,
      'node_modules/app/lib.js': value('stale'),
      'lib.js': value('stale, too'),
    })
  }
  assert.equal(await send(t, files, "console.log(JSON.stringify((await load('v.pkl'))()))", { prepare }), 'new')
})

test('versions that alternate ten times make two directories, and each function sees its own', async t => {
  const files = {
    'lib.js': value('A'),
    'main.js': `${prelude}
      import { read } from './lib.js'
      for (let index = 0; index < 20; index++) {
        writeFileSync('lib.js', ${JSON.stringify(value('A'))}.replace("'A'", index % 2 ? "'B'" : "'A'"))
        dump('v' + index, read)
      }`,
  }
  const receive = `
    let seen = ''
    for (let index = 0; index < 20; index++) seen += (await load('v' + index))()
    console.log(JSON.stringify([seen, snapshots()]))`
  assert.deepEqual(await send(t, files, receive), ['AB'.repeat(10), 2])
})

test('eight threads at once share one directory, and all of them run', async t => {
  const files = { 'lib.js': value('a'), 'main.js': `${prelude}\nimport { read } from './lib.js'\ndump('v.pkl', read)` }
  const receive = `
    import { once } from 'node:events'
    import { Worker } from 'node:worker_threads'
    const thread = "import { parentPort } from 'node:worker_threads'; import { readFileSync } from 'node:fs'; import { loads } from 'modulepickle';" +
      "parentPort.postMessage((await loads(readFileSync('v.pkl')))())"
    const url = new URL('./thread.mjs', import.meta.url)
    ;(await import('node:fs')).writeFileSync(url, thread)
    const seen = await Promise.all(Array.from({ length: 8 }, async () => (await once(new Worker(url), 'message'))[0]))
    console.log(JSON.stringify([seen.join(''), snapshots()]))`
  assert.deepEqual(await send(t, files, receive), ['a'.repeat(8), 1])
})

test('a version that cannot be put in place leaves the other as it was', async t => {
  const files = {
    'lib.js': value('old'),
    'main.js': `${prelude}
      import { read } from './lib.js'
      dump('old', read)
      writeFileSync('lib.js', ${JSON.stringify(value('new'))})
      dump('new', read)`,
  }
  const receive = `
    import { loads as loadBytes } from 'modulepickle'
    const old = await load('old')
    const damaged = readFileSync('new')
    damaged[damaged.indexOf('archives') + 60] ^= 1
    const code = await loadBytes(damaged).catch(error => error.code)
    console.log(JSON.stringify([old(), code, (await load('old'))(), (await load('new'))()]))`
  assert.deepEqual(await send(t, files, receive), ['old', 'ERR_PICKLE_CORRUPT', 'old', 'new'])
})

test('nothing is left on the other end beside the cache', async t => {
  const files = { 'lib.js': value('a'), 'main.js': `${prelude}\nimport { read } from './lib.js'\ndump('v.pkl', read)` }
  let where = ''
  const prepare = ({ receiver }: Sides): void => {
    where = receiver.directory
  }
  await send(t, files, "console.log(JSON.stringify((await load('v.pkl'))()))", { prepare })
  assert.deepEqual(readdirSync(where).sort(), ['cache', 'node_modules', 'package.json', 'receive.js', 'v.pkl'])
  assert.deepEqual(readdirSync(path.join(where, 'cache/tmp')), [])
})

/** A program that tests `checked`, and an engine that it finds by DOCKER_HOST, or as the docker command does. */
async function harnessOn(t: TestContext, env: NodeJS.ProcessEnv, price: number): Promise<Finished> {
  const project = new Project({
    'package.json': '{"name":"app","type":"module"}',
    'prices.js':
      'export function checked(price) {\n  if (price < 0) throw new RangeError(`a price of ${price}`)\n  return price\n}\n',
    'main.js': `
      import { test } from 'modulepickle/test'
      import { checked } from './prices.js'
      console.log('returned', await test(checked, { args: [${price}], image: process.env.IMAGE, pull: 'never' }))`,
  })
  t.after(() => project.remove())
  project.installModulepickle()
  return project.run('plain ESM', 'main.js', [], env)
}

test('a test that fails fails its program, with its error', { skip: withoutEngine }, async t => {
  const { code, stdout, stderr } = await harnessOn(t, { IMAGE: await imageOfNode() }, -1)
  assert.deepEqual([code, stdout], [1, ''])
  assert.match(stderr, /RangeError: a price of -1/)
})

test('a test gives what the function returned', { skip: withoutEngine }, async t => {
  const { code, stdout, stderr } = await harnessOn(t, { IMAGE: await imageOfNode() }, 3)
  assert.deepEqual([code, stdout], [0, 'returned 3\n'], stderr)
})

test('an image that is missing is what the test says', { skip: withoutEngine }, async t => {
  const { code, stdout, stderr } = await harnessOn(t, { IMAGE: 'modulepickle-test:not-there' }, 3)
  assert.deepEqual([code, stdout], [1, ''])
  assert.match(stderr, /ERR_IMAGE_MISSING/)
})

test('a test that cannot even start fails its program', async t => {
  const { code, stdout, stderr } = await harnessOn(t, { IMAGE: 'any', DOCKER_HOST: 'unix:///nowhere/docker.sock' }, 3)
  assert.deepEqual([code, stdout], [1, ''])
  assert.match(stderr, /✖ checked failed in any .*ERR_ENGINE_UNREACHABLE/)
})
