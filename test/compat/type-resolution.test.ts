/** The types of every entry, as programs of each kind find them: by the resolutions of TypeScript that there are, old ones included. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { toolFile, unlessTool } from '../support/place.ts'
import { Project, repository, runNode } from '../support/project.ts'

/** TypeScript 7 has no `node10` any more; what stands here compiles under both. */
const compilers = {
  'TypeScript 5': toolFile('typescript/bin/tsc'),
  'TypeScript 7': `${repository}/node_modules/typescript/bin/tsc`,
}

const program = `
import { connect, type Executor } from 'modulepickle'
import { dumps } from 'modulepickle/pickle'
import { CloudPickler } from 'modulepickle/cloudpickle'
import { test } from 'modulepickle/test'
import { capabilities, executorSuite, type TestFunction } from 'modulepickle/testing'

declare const testFunction: TestFunction

async function main(): Promise<number> {
  const bytes: Uint8Array = dumps([1])
  const pickled: Uint8Array = new CloudPickler().dump(bytes)
  const tested: number = await test((n: number) => n + 1, { image: 'node:24-slim', args: [1] })
  executorSuite({
    test: testFunction,
    connect: (): Promise<Executor> => connect('inline:'),
    supports: { crashes: false, busyCalls: false, strayErrors: false, output: false, durable: false, fullDisk: false },
  })
  // @ts-expect-error -- one capability is not named
  executorSuite({ test: testFunction, connect: () => connect('inline:'), supports: { crashes: false } })
  // @ts-expect-error -- the argument is no text
  await test((n: number) => n + 1, { image: 'node:24-slim', args: ['one'] })
  return pickled.length + tested + Object.keys(capabilities).length
}
void main()
`

interface Resolution {
  readonly name: string
  readonly compiler: keyof typeof compilers
  readonly options: Readonly<Record<string, string>>
  /** Of the program; its extension and this decide whether it is CommonJS. */
  readonly type: 'module' | 'commonjs'
}

const node10 = { module: 'commonjs', moduleResolution: 'node10' }
const node16 = { module: 'node16', moduleResolution: 'node16' }
const nodenext = { module: 'nodenext', moduleResolution: 'nodenext' }
const bundler = { module: 'esnext', moduleResolution: 'bundler' }

const resolutions: readonly Resolution[] = [
  { name: 'node10', compiler: 'TypeScript 5', options: node10, type: 'commonjs' },
  ...(['TypeScript 5', 'TypeScript 7'] as const).flatMap((compiler): Resolution[] => [
    { name: 'node16, CommonJS', compiler, options: node16, type: 'commonjs' },
    { name: 'node16, ECMAScript modules', compiler, options: node16, type: 'module' },
    { name: 'nodenext, CommonJS', compiler, options: nodenext, type: 'commonjs' },
    { name: 'nodenext, ECMAScript modules', compiler, options: nodenext, type: 'module' },
    { name: 'bundler', compiler, options: bundler, type: 'module' },
  ]),
]

for (const { name, compiler, options, type } of resolutions) {
  test(`${name} (${compiler})`, { skip: unlessTool('typescript') }, async t => {
    const project = new Project({
      'package.json': JSON.stringify({ name: 'app', type }),
      'main.ts': program,
      'tsconfig.json': JSON.stringify({
        compilerOptions: { target: 'es2022', strict: true, noEmit: true, types: ['node'], ...options },
        files: ['main.ts'],
      }),
    })
    t.after(() => project.remove())
    project.installModulepickle()
    project.install('@types/node')
    project.install('undici-types')
    const { stdout, stderr, code } = await runNode(process.execPath, [compilers[compiler], '-p', project.directory])
    assert.equal(code, 0, stdout + stderr)
  })
}
