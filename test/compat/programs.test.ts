/**
 * Programs as they are run: by loaders, from bundles, in threads, from strings, under flags of Node.
 */
import { createRequire } from 'node:module'
import path from 'node:path'
import { pathToFileURL } from 'node:url'
import { buildSync, type BuildOptions } from 'esbuild'
import { plainJavaScript } from '../support/plain-javascript.ts'
import { source, testPlace, type Place } from '../support/place.ts'
import { nodeOfMajor, repository } from '../support/project.ts'
import { unlessNode } from '../support/requirements.ts'

const typescript = { 'main.ts': source('main.ts'), 'lib.ts': source('lib.ts') }
const commonJs = { 'package.json': '{"name":"app","type":"commonjs"}' }
const javascript: Place = {
  files: { 'main.js': plainJavaScript(source('main.ts')), 'lib.js': plainJavaScript(source('lib.ts')) },
  root: 'main.js',
  args: ['main.js'],
}
const tsx = ['--import', pathToFileURL(createRequire(import.meta.url).resolve('tsx')).href]

for (const major of [20, 22, 24, 26] as const) {
  const node = nodeOfMajor(major)
  testPlace(`Node ${major}`, { ...javascript, ...(node ? { node } : {}) }, unlessNode(major))
}
testPlace('type stripping', { files: typescript, root: 'main.ts', args: ['main.ts'] })
testPlace('tsx with ECMAScript modules', { files: typescript, root: 'main.ts', args: [...tsx, 'main.ts'] })
testPlace('tsx with CommonJS', { files: { ...commonJs, ...typescript }, root: 'main.ts', args: [...tsx, 'main.ts'] })

const allByValue = {
  'an exported function': 'value closure',
  'a function that is not exported': 'value closure',
  'an anonymous default export': 'value closure',
  'a class': 'value closure',
}

function bundle(options: BuildOptions): Place {
  const root = options.format === 'cjs' ? 'out.cjs' : 'out.mjs'
  const { outputFiles } = buildSync({
    entryPoints: ['main.ts'],
    absWorkingDir: path.join(repository, 'test/fixtures/places'),
    bundle: true,
    platform: 'node',
    external: ['modulepickle'],
    outfile: root,
    write: false,
    ...options,
  })
  const files = Object.fromEntries(outputFiles!.map(file => [path.basename(file.path), file.text]))
  return { files, root, args: [root], travels: allByValue }
}

for (const format of ['esm', 'cjs'] as const) {
  testPlace(`a bundle (${format})`, bundle({ format }))
  testPlace(`a minified bundle (${format})`, bundle({ format, minify: true }))
  testPlace(
    `a minified bundle that keeps names, with a source map (${format})`,
    bundle({ format, minify: true, keepNames: true, sourcemap: true }),
  )
}
testPlace('a bundle with its source map inside, and source maps enabled', {
  ...bundle({ format: 'esm', sourcemap: 'inline' }),
  env: { NODE_OPTIONS: '--enable-source-maps' },
})

for (const flag of ['--disallow-code-generation-from-strings', '--frozen-intrinsics', '--experimental-vm-modules']) {
  testPlace(`Node with ${flag}`, { ...javascript, args: [flag, 'main.js'], receiverFlags: [flag] })
}
testPlace('type stripping with source maps enabled', {
  files: typescript,
  root: 'main.ts',
  args: ['main.ts'],
  env: { NODE_OPTIONS: '--enable-source-maps' },
})

testPlace('a worker thread', {
  files: {
    'start.js': "new Worker(new URL('./main.ts', import.meta.url))".replace(
      /^/,
      "import { Worker } from 'node:worker_threads'\n",
    ),
    ...typescript,
  },
  root: 'main.ts',
  args: ['start.js'],
})

const scripts = {
  files: {
    ...commonJs,
    'main.js': plainJavaScript(source('main.ts'), 'cjs'),
    'lib.js': plainJavaScript(source('lib.ts'), 'cjs'),
  },
  root: 'main.js',
}
const script = scripts.files['main.js']
const module = javascript.files['main.js']!

testPlace('a worker thread from a string', {
  ...scripts,
  files: {
    ...scripts.files,
    'start.js': "new (require('worker_threads').Worker)(require('fs').readFileSync('main.js', 'utf8'), { eval: true })",
  },
  args: ['start.js'],
  shownAs: '[worker eval]',
})
testPlace('node -e', { ...scripts, args: ['-e', script], shownAs: '[eval]' })
testPlace('node -p', { ...scripts, args: ['-p', script], shownAs: '[eval]' })
testPlace('node -e with a module', { ...javascript, args: ['--input-type=module', '-e', module], shownAs: '[eval1]' })
testPlace('a script on standard input', { ...scripts, args: [], input: script, shownAs: '[stdin]' })
testPlace('a module on standard input', {
  ...javascript,
  args: ['--input-type=module', '-'],
  input: module,
  shownAs: '[eval1]',
})

testPlace('a debugger with breakpoints in captured functions', {
  ...javascript,
  files: { ...javascript.files, 'frontend.mjs': source('frontend.mjs') },
  args: ['frontend.mjs'],
})
