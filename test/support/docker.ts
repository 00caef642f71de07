/**
 * Images made without a registry, and the engine that tests use: the one that DOCKER_HOST names, or that of this machine.
 *
 * An image holds the binary of a Node of test/runtimes, the libraries that this needs, and nothing else: no shell, no tools.
 */
import { execFileSync } from 'node:child_process'
import { readFileSync, realpathSync } from 'node:fs'
import path from 'node:path'
import type { Readable } from 'node:stream'
import { openEngine, type Engine, type Parameters } from '../../src/executors/docker/engine.ts'
import { ownerLabel } from '../../src/executors/docker/create-body.ts'
import { tarOf, type TarEntry } from './tar.ts'
import { nodeOfMajor } from './project.ts'
import { unless } from './requirements.ts'

type Major = 20 | 22 | 24 | 26

/** What else of dockerode the tests use. */
export interface TestEngine extends Engine {
  importImage(tar: Uint8Array, options: Parameters): Promise<Readable>
  buildImage(context: Readable | Uint8Array, options: Parameters): Promise<Readable>
  getImage(name: string): { inspect(): Promise<unknown>; remove(options: Parameters): Promise<unknown> }
}

/** The value for a test's `skip` option. */
export async function unlessDocker(): Promise<false | string> {
  const failure = await openEngine().then(
    () => undefined,
    (error: Error) => error.message,
  )
  return unless(failure === undefined, 'A container engine', failure ?? '')
}

export async function testEngine(): Promise<TestEngine> {
  return (await openEngine()) as TestEngine
}

const repositoryName = 'modulepickle-test'

/** The name of an image that has this Node, and the users root and node. */
export async function imageOfNode(major: Major = 24): Promise<string> {
  const node = nodeOfMajor(major)
  if (node === undefined) throw new Error(`Node ${major} is missing. Run \`npm ci\` in test/runtimes.`)
  return imageOfProgram(node)
}

/** The same, of the Node that is this file. */
export async function imageOfProgram(node: string): Promise<string> {
  const version = execFileSync(node, ['--version'], { encoding: 'utf8' }).trim().slice(1)
  return imported(`node-${version}`, () => [
    { name: 'tmp/', mode: 0o1777 },
    { name: 'etc/passwd', mode: 0o644, content: Buffer.from('root:x:0:0::/root:\nnode:x:1000:1000::/home/node:\n') },
    { name: 'usr/local/bin/node', mode: 0o755, content: readFileSync(node) },
    ...librariesOf(node),
  ])
}

/** The name of an image that has a file, and nothing to run. */
export function imageWithoutNode(): Promise<string> {
  return imported('empty', () => [{ name: 'nothing', mode: 0o644 }])
}

/** The name of an image whose Node takes itself for 18.0.0. */
export async function imageOfOldNode(): Promise<string> {
  const base = await imageOfNode()
  const old = `Object.defineProperty(process, 'version', { value: 'v18.0.0' })`
  return built('node-old', [
    {
      name: 'Dockerfile',
      mode: 0o644,
      content: Buffer.from(`FROM ${base}\nCOPY old.cjs /\nENV NODE_OPTIONS=--require=/old.cjs\n`),
    },
    { name: 'old.cjs', mode: 0o644, content: Buffer.from(old) },
  ])
}

/** The containers that processes of this package have made, running or not. */
export async function ownContainers(engine: Engine): Promise<string[]> {
  const containers = await engine.listContainers({ all: true, filters: { label: [ownerLabel] } })
  return containers.map(({ Id }) => Id)
}

async function imported(tag: string, entries: () => TarEntry[]): Promise<string> {
  const name = `${repositoryName}:${tag}`
  const engine = await testEngine()
  if (await has(engine, name)) return name
  const stream = await engine.importImage(tarOf(entries()), {
    repo: repositoryName,
    tag,
    changes: 'ENV PATH=/usr/local/bin',
  })
  await stream.forEach(() => {})
  return name
}

async function built(tag: string, context: TarEntry[]): Promise<string> {
  const name = `${repositoryName}:${tag}`
  const engine = await testEngine()
  const stream = await engine.buildImage(tarOf(context), { t: name })
  await stream.forEach(() => {})
  if (!(await has(engine, name))) throw new Error(`${name} could not be built.`)
  return name
}

async function has(engine: TestEngine, image: string): Promise<boolean> {
  return engine
    .getImage(image)
    .inspect()
    .then(
      () => true,
      () => false,
    )
}

function librariesOf(program: string): TarEntry[] {
  const listed = execFileSync('ldd', [program], { encoding: 'utf8' })
  return [...listed.matchAll(/(\/\S+) \(0x/g)].map(([, file]) => ({
    name: path.relative('/', file!),
    mode: 0o755,
    content: readFileSync(realpathSync(file!)),
  }))
}
