/**
 * Projects as people lay them out, odd ones among them. Each has a program that pickles one function by `send(f)`; the function
 * returns 'ok' wherever it runs.
 */
import { createRequire } from 'node:module'
import type { Loader } from './project.ts'

export interface Layout {
  readonly loader: Loader
  readonly files: Readonly<Record<string, string>>
  /** The program, which is run in `cwd`, by default the project's directory. */
  readonly main: string
  readonly cwd?: string
  readonly flags?: readonly string[]
  /** File to the one that it is a copy of. */
  readonly copies?: Readonly<Record<string, string>>
  /** Link to its target. */
  readonly links?: Readonly<Record<string, string>>
}

const load = createRequire(import.meta.url)
load('oxc-transform')
/** One that is installed anyway. */
const nativeAddon = Object.keys(load.cache).find(file => file.endsWith('.node'))!
const json = (value: unknown): string => JSON.stringify(value)
const modules = json({ name: 'app', type: 'module' })
const emptyWasm = '\0asm\x01\0\0\0'

export const layouts: Readonly<Record<string, Layout>> = {
  'a function of a module beside the program, in a package of one file': {
    loader: 'plain ESM',
    main: 'main.mjs',
    files: {
      'package.json': '{}',
      'main.mjs': "import { f } from './lib.mjs'\nsend(f)",
      'lib.mjs': "export const f = () => 'ok'",
    },
  },
  'a function of the program itself, with a data file beside it': {
    loader: 'type stripping',
    main: 'main.ts',
    files: {
      'package.json': modules,
      'main.ts':
        "import { readFileSync } from 'node:fs'\nsend((): string => readFileSync(new URL('./data.txt', import.meta.url), 'utf8'))",
      'data.txt': 'ok',
    },
  },
  'data, text, wasm and JSON beside a module': {
    loader: 'type stripping',
    main: 'src/main.ts',
    files: {
      'package.json': modules,
      'src/main.ts': "import { f } from './lib.ts'\nsend(f)",
      'src/lib.ts': `import { readFileSync } from 'node:fs'
import path from 'node:path'
import settings from './settings.json' with { type: 'json' }
const text = readFileSync(path.join(import.meta.dirname, 'data/text.txt'), 'utf8')
const wasm = new WebAssembly.Module(readFileSync(new URL('empty.wasm', import.meta.url)))
export const f = async (): Promise<string> => {
  const late = (await import('./late.json', { with: { type: 'json' } })).default as { k: string }
  return text + settings.o + late.k + WebAssembly.Module.exports(wasm).length
}`,
      'src/settings.json': '{ "o": "" }',
      'src/late.json': '{ "k": "" }',
      'src/data/text.txt': 'ok',
      'src/empty.wasm': emptyWasm,
    },
  },
  'CommonJS with directories, JSON and no extensions': {
    loader: 'plain CommonJS',
    main: 'bin/main.js',
    files: {
      'package.json': json({ name: 'app' }),
      'bin/main.js': "const { f } = require('..')\nsend(f)",
      'index.js': "exports.f = () => require('./lib').o + require('./lib/k') + require('./lib/rest.json').rest",
      'lib/index.js': "exports.o = 'o'",
      'lib/k.js': "module.exports = 'k'",
      'lib/rest.json': '{ "rest": "" }',
    },
  },
  'src with paths, baseUrl, extends and references in tsconfig': {
    loader: 'tsx ESM',
    main: 'apps/web/src/main.ts',
    files: {
      'package.json': modules,
      'tsconfig.base.json':
        '{ // shared\n "compilerOptions": { "baseUrl": ".", "paths": { "@lib/*": ["libs/*/src"], "exact": ["libs/exact.ts"] } } }',
      'tsconfig.json': '{ "extends": "./tsconfig.base.json", "files": [], "references": [{ "path": "./apps/web" }] }',
      'apps/web/tsconfig.json': '{ "extends": ["../../tsconfig.base.json"], "compilerOptions": { "composite": true } }',
      'apps/web/src/main.ts': "import { f } from './f'\nsend(f)",
      'apps/web/src/f.ts':
        "import { o } from '@lib/o'\nimport { k } from 'exact'\nimport { rest } from 'libs/rest.js'\nexport const f = (): string => o + k + rest",
      'libs/o/src/index.ts': "export const o: string = 'o'",
      'libs/exact.ts': "export const k: string = 'k'",
      'libs/rest.ts': "export const rest: string = ''",
    },
  },
  'extensionless and .js specifiers of TypeScript, with .tsx and a directory': {
    loader: 'tsx ESM',
    main: 'main.ts',
    files: {
      'package.json': modules,
      'tsconfig.json': '{ "compilerOptions": { "jsx": "react", "jsxFactory": "h" } }',
      'main.ts': "import { f } from './f'\nsend(f)",
      'f.ts':
        "import { o } from './o.js'\nimport { k } from './view.jsx'\nimport { rest } from './rest'\nexport const f = (): string => o + k + rest",
      'o.ts': "export const o: string = 'o'",
      'view.tsx': 'const h = (tag: string): string => tag\nexport const k: string = <k />',
      'rest/index.ts': "export const rest: string = ''",
    },
  },
  'TypeScript as CommonJS under tsx': {
    loader: 'tsx CommonJS',
    main: 'main.ts',
    files: {
      'package.json': json({ name: 'app' }),
      'main.ts': "import { f } from './f'\nsend(f)",
      'f.ts': "import o = require('./o.cts')\nimport { k } from './k.mts'\nexport const f = (): string => o.o + k",
      'o.cts': "export = { o: 'o' }",
      'k.mts': "export const k: string = 'k'",
    },
  },
  'npm workspaces: a package by its name, with a git-ignored dist': {
    loader: 'type stripping',
    main: 'packages/a/src/main.ts',
    links: { 'node_modules/@w/b': '../../packages/b' },
    files: {
      'package.json': json({ private: true, workspaces: ['packages/*'] }),
      '.gitignore': 'dist\n',
      'packages/a/package.json': json({ name: '@w/a', type: 'module' }),
      'packages/a/src/main.ts': "import { f } from './f.ts'\nsend(f)",
      'packages/a/src/f.ts': "import { b } from '@w/b'\nexport const f = (): string => b",
      'packages/b/package.json': json({ name: '@w/b', type: 'module', exports: { '.': './dist/index.js' } }),
      'packages/b/src/index.ts': 'export const b: string = "source"',
      'packages/b/dist/index.js': "export { b } from './chunk.js'",
      'packages/b/dist/chunk.js': "export const b = 'ok'",
    },
  },
  'pnpm workspaces: nested, with globs and a negation, links into a store, and a relative import into another package':
    {
      loader: 'plain ESM',
      main: 'apps/deep/er/main.js',
      links: {
        'apps/deep/er/node_modules/@w/core': '../../../../../libs/core',
        'libs/core/node_modules/@w/inner': '../../inner',
      },
      files: {
        'package.json': json({ private: true }),
        'pnpm-workspace.yaml': "packages:\n  - 'apps/**'\n  - 'libs/{core,core/inner}'\n  - '!**/templates/**'\n",
        'apps/deep/er/package.json': json({ name: 'er', type: 'module' }),
        'apps/deep/er/main.js': "import { f } from './f.js'\nsend(f)",
        'apps/deep/er/f.js':
          "import { core } from '@w/core'\nimport { shared } from '../../shared/x.js'\nexport const f = () => core + shared",
        'apps/shared/package.json': json({ name: 'shared', type: 'module' }),
        'apps/shared/x.js': "export const shared = 'k'",
        'apps/templates/new/package.json': '{ "name": "template" }',
        'libs/core/package.json': json({ name: '@w/core', type: 'module', main: './index.js' }),
        'libs/core/index.js': "export { inner as core } from '@w/inner'",
        'libs/core/inner/package.json': json({ name: '@w/inner', type: 'module', exports: './inner.js' }),
        'libs/core/inner/inner.js': "export const inner = 'o'",
      },
    },
  'yarn workspaces: their object form, and a package inside another one': {
    loader: 'plain CommonJS',
    main: 'packages/a/main.js',
    links: { 'node_modules/inner': '../packages/a/inner' },
    files: {
      'package.json': json({ private: true, workspaces: { packages: ['packages/a', 'packages/a/inner'] } }),
      'packages/a/package.json': json({ name: 'a' }),
      'packages/a/main.js': "const { f } = require('./f')\nsend(f)",
      'packages/a/f.js': "exports.f = () => require('inner').inner",
      'packages/a/inner/package.json': json({ name: 'inner', main: 'lib' }),
      'packages/a/inner/lib/index.js': "exports.inner = 'ok'",
    },
  },
  'self-reference, # imports and conditions, a custom one among them': {
    loader: 'type stripping',
    main: 'src/main.ts',
    flags: ['--conditions=here'],
    files: {
      'package.json': json({
        name: '@own/name',
        type: 'module',
        exports: { '.': './src/f.ts', './k': { here: './src/k.ts', default: './dist/k.js' } },
        imports: {
          '#o': { here: './src/o.ts', default: './dist/o.js' },
          '#parts/*.js': './src/parts/*.ts',
          '#fs': 'fs',
        },
      }),
      'src/main.ts': "import { f } from '@own/name'\nsend(f)",
      'src/f.ts':
        "import { o } from '#o'\nimport { rest } from '#parts/rest.js'\nimport { existsSync } from '#fs'\nexport const f = async (): Promise<string> => o + (await import('@own/name/k')).k + rest + (existsSync('/') ? '' : '?')",
      'src/o.ts': "export const o: string = 'o'",
      'src/k.ts': "export const k: string = 'k'",
      'src/parts/rest.ts': "export const rest: string = ''",
    },
  },
  'conditions of another workspace package': {
    loader: 'type stripping',
    main: 'a/main.ts',
    flags: ['-C', 'source'],
    links: { 'node_modules/b': '../b' },
    files: {
      'package.json': json({ workspaces: ['a', 'b'] }),
      'a/package.json': json({ name: 'a', type: 'module' }),
      'a/main.ts': "import { f } from './f.ts'\nsend(f)",
      'a/f.ts': "import { b } from 'b'\nimport { deep } from 'b/deep/x'\nexport const f = (): string => b + deep",
      'b/package.json': json({
        name: 'b',
        type: 'module',
        exports: {
          '.': { source: './src/index.ts', default: './dist/index.js' },
          './deep/*': { source: './src/deep/*.ts', default: './dist/deep/*.js' },
        },
      }),
      'b/src/index.ts': "export const b: string = 'o'",
      'b/src/deep/x.ts': "export const deep: string = 'k'",
      'b/dist/index.js': "export const b = 'built'",
      'b/dist/deep/x.js': "export const deep = 'built'",
    },
  },
  'what a build made, where dist is ignored': {
    loader: 'plain ESM',
    main: 'dist/main.js',
    files: {
      'package.json': json({ name: 'app', type: 'module' }),
      '.gitignore': '/dist/\n',
      'src/main.ts': '',
      'dist/main.js': "import { f } from './f.js'\nsend(f)",
      'dist/f.js': "import { o } from './parts/o.js'\nexport const f = () => o",
      'dist/parts/o.js': "export const o = 'ok'",
    },
  },
  'a worker thread of a file of its own': {
    loader: 'type stripping',
    main: 'main.ts',
    files: {
      'package.json': modules,
      'main.ts': "import { f } from './f.ts'\nsend(f)",
      'f.ts': `import { once } from 'node:events'
import { Worker } from 'node:worker_threads'
export async function f(): Promise<string> {
  const worker = new Worker(new URL('./worker.ts', import.meta.url), { workerData: 'o' })
  const [answer] = await once(worker, 'message')
  return answer as string
}`,
      'worker.ts':
        "import { parentPort, workerData } from 'node:worker_threads'\nimport { k } from './k.ts'\nparentPort?.postMessage(workerData + k)",
      'k.ts': "export const k: string = 'k'",
    },
  },
  'computed imports, requires and JSON': {
    loader: 'type stripping',
    main: 'main.ts',
    files: {
      'package.json': modules,
      '.gitignore': 'plugins\n',
      'main.ts': "import { f } from './f.ts'\nsend(f)",
      'f.ts': `import { createRequire } from 'node:module'
const load = createRequire(import.meta.url)
const part = async (name: string): Promise<string> => (await import(\`./plugins/\${name}.ts\`)).part
export const f = async (): Promise<string> => (await part('o')) + load('./plugins/' + 'k' + '.json').part`,
      'plugins/o.ts': "export const part: string = 'o'",
      'plugins/k.json': '{ "part": "k" }',
    },
  },
  'names with spaces, percent signs, hashes and other scripts': {
    loader: 'plain ESM',
    main: 'a b/main.js',
    files: {
      'package.json': modules,
      'a b/main.js': "import { f } from './50%2525 %231/%C3%BCn%C3%AF 🥒.js'\nsend(f)",
      'a b/50%25 #1/ünï 🥒.js': "import { k } from './what%23.js?query=1#hash'\nexport const f = () => 'o' + k",
      'a b/50%25 #1/what#.js': "export const k = 'k'",
    },
  },
  'a package.json that only names the module system': {
    loader: 'plain ESM',
    main: 'esm/main.js',
    files: {
      'package.json': json({
        name: 'dual',
        main: './cjs/index.js',
        exports: { import: './esm/index.js', require: './cjs/index.js' },
      }),
      'esm/package.json': json({ type: 'module' }),
      'esm/main.js': "import { f } from './index.js'\nsend(f)",
      'esm/index.js': "import { k } from '../cjs/index.js'\nexport const f = () => 'o' + k",
      'cjs/index.js': "exports.k = 'k'",
    },
  },
  'a working directory that is reached through a link': {
    loader: 'plain ESM',
    main: 'main.js',
    cwd: '../link',
    links: { '../link': 'project', 'data/link.txt': 'real.txt' },
    files: {
      'package.json': modules,
      'main.js': "import { f } from './f.js'\nsend(f)",
      'f.js':
        "import { readFileSync } from 'node:fs'\nexport const f = () => readFileSync(new URL('data/link.txt', import.meta.url), 'utf8')",
      'data/real.txt': 'ok',
    },
  },
  'a package of the workspace that was linked as a whole, imported through the link': {
    loader: 'plain ESM',
    main: 'app/main.js',
    links: { 'app/vendor': '../lib' },
    files: {
      'package.json': json({ workspaces: ['app', 'lib'] }),
      'app/package.json': json({ name: 'app', type: 'module' }),
      'app/main.js': "import { f } from './f.js'\nsend(f)",
      'app/f.js': "import { lib } from './vendor/lib.js'\nexport const f = () => lib",
      'lib/package.json': json({ name: 'lib', type: 'module' }),
      'lib/lib.js': "export const lib = 'ok'",
    },
  },
  'a native addon of the project': {
    loader: 'plain ESM',
    main: 'main.js',
    copies: { 'native/addon.node': nativeAddon },
    files: {
      'package.json': modules,
      'main.js': "import { f } from './f.js'\nsend(f)",
      'f.js':
        "import { createRequire } from 'node:module'\nconst addon = createRequire(import.meta.url)('./native/addon.node')\nexport const f = () => (Object.keys(addon).length > 0 ? 'ok' : '')",
    },
  },
  'a REPL: what it declares, and a module that it has imported': {
    loader: 'plain ESM',
    main: '-',
    files: {
      'package.json': modules,
      '-': "const { lib } = await import('./lib.js')\nlet o = 'o'\nfunction both() { return o + lib() }\nvar rest = { text: '' }\nsend(() => both() + rest.text)\n",
      'lib.js': "import { k } from './k.js'\nexport const lib = () => k",
      'k.js': "export const k = 'k'",
    },
  },
}
