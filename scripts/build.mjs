/**
 * Builds dist/: every layer by `tsc -b`, what the package exports as few files by esbuild, the programs of the other end as
 * self-contained ones, and a thin CommonJS entry with its own types for each subpath.
 */
import { execFileSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { cpSync, mkdirSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { acornWhenNeeded, startSooner } from './quick-start.mjs'

const root = path.dirname(path.dirname(fileURLToPath(import.meta.url)))
/** What tsc makes, file by file. */
const compiled = 'dist/.build/js'
process.chdir(root)
if (process.argv.includes('--clean')) rmSync('dist', { recursive: true, force: true })

execFileSync(path.join('node_modules', '.bin', 'tsc'), ['-b', 'src', 'src/test', 'src/cli', 'src/testing'], {
  stdio: 'inherit',
})
const { exports, version } = JSON.parse(readFileSync('package.json', 'utf8'))
const { build } = await import('esbuild')
const common = {
  bundle: true,
  platform: 'node',
  sourcemap: false,
  legalComments: 'inline',
  logLevel: 'warning',
  // import() with options that are not a literal is left as it is, which is what is wanted.
  logOverride: { 'unsupported-dynamic-import': 'silent' },
}
await bundleExports()
await bundlePrograms()
writeCommonJs()

/**
 * What users import, and the command line. What several of them share stands in files of its own, so that there is one instance of
 * it. A process that loads 20 files starts in a fraction of the time that 250 take, and V8's debugger tells of fewer scripts.
 */
async function bundleExports() {
  rmSync('dist/chunks', { recursive: true, force: true })
  const targets = Object.values(exports).flatMap(entry => (typeof entry === 'string' ? [] : [entry.import.default]))
  await build({
    ...common,
    entryPoints: ['./dist/cli/main.js', ...targets].map(file => file.replace('./dist', compiled)),
    outdir: 'dist',
    outbase: compiled,
    splitting: true,
    chunkNames: 'chunks/[name]-[hash]',
    format: 'esm',
    target: 'node20.19',
    packages: 'external',
    define: { toolsHash: JSON.stringify(await hashOfTools()) },
  })
  // Code that the tests of executors ship: a project of its own.
  cpSync(path.join(compiled, 'testing/project'), 'dist/testing/project', { recursive: true })
}

/** Of the files that decide what compiling and parsing give. */
async function hashOfTools() {
  const { ownFiles } = await import(path.resolve(compiled, 'snapshot/pack/tools-fingerprint.js'))
  const hash = createHash('sha256')
  for (const name of ownFiles) hash.update(readFileSync(path.join(compiled, `${name}.js`)))
  return hash.digest('hex')
}

/**
 * The programs that are sent to wherever code runs, each into one file: the worker's, what starts it on this machine, and that of
 * containers, which starts on any Node, if only to say which it is.
 */
async function bundlePrograms() {
  for (const [entry, file] of [
    ['main', 'dist/worker.js'],
    ['local-main', 'dist/local-worker.js'],
  ]) {
    await build({
      ...common,
      entryPoints: [path.join(compiled, 'worker', `${entry}.js`)],
      outfile: file,
      format: 'esm',
      target: 'node20.19',
      define: { packageVersion: JSON.stringify(version) },
      plugins: [acornWhenNeeded],
    })
    writeFileSync(file, startSooner(readFileSync(file, 'utf8')))
  }
  await build({
    ...common,
    entryPoints: [path.join(compiled, 'runner/main.js')],
    outfile: 'dist/runner.cjs',
    format: 'cjs',
    target: 'node12',
    // Short, as it is an argument of a command line.
    minify: true,
  })
}

/** dist/cjs: for each subpath a CommonJS file that requires the real module, and a copy of the types beside it. */
function writeCommonJs() {
  for (const entry of Object.values(exports)) {
    if (typeof entry === 'string') continue
    const target = entry.import.default
    const file = entry.require.default
    const relative = path.posix.relative(path.posix.dirname(file), target)
    mkdirSync(path.dirname(file), { recursive: true })
    writeFileSync(file, thinEntry(relative))
    const declarations = path.posix.join('./types', path.posix.relative('./dist', target))
    writeFileSync(entry.require.types, `export * from './${declarations}'\n`)
  }
  copyTypes('dist', 'dist/cjs/types')
  writeFileSync('dist/cjs/package.json', '{ "type": "commonjs" }\n')
}

/**
 * Jest runs modules with a `require`, a `process` and a global object of its own: what Node itself has is reached through
 * node:vm. The file that its modules were started by is known to `require` alone; capture/entries.ts asks for it.
 */
function thinEntry(relative) {
  return `'use strict'
const node = require('node:vm').runInThisContext('process').getBuiltinModule('node:module')
if (require.main?.filename) (node[Symbol.for('modulepickle.entries.v1')] ??= new Set()).add(require.main.filename)
module.exports = node.createRequire(__filename)('${relative}')
`
}

function copyTypes(from, to) {
  for (const entry of readdirSync(from, { withFileTypes: true })) {
    if (['.build', 'chunks', 'cjs'].includes(entry.name)) continue
    const source = path.join(from, entry.name)
    const target = path.join(to, entry.name)
    if (entry.isDirectory()) copyTypes(source, target)
    else if (entry.name.endsWith('.d.ts')) {
      mkdirSync(to, { recursive: true })
      cpSync(source, target)
    }
  }
}
