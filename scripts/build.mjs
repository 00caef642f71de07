/**
 * Builds dist/: every layer by `tsc -b`, the programs of the other end as self-contained files by esbuild, and a thin CommonJS
 * entry with its own types for each subpath.
 */
import { execFileSync } from 'node:child_process'
import { cpSync, existsSync, mkdirSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { fileURLToPath } from 'node:url'

const root = path.dirname(path.dirname(fileURLToPath(import.meta.url)))
process.chdir(root)
if (process.argv.includes('--clean')) rmSync('dist', { recursive: true, force: true })

execFileSync(path.join('node_modules', '.bin', 'tsc'), ['-b', 'src', 'src/test', 'src/cli', 'src/testing'], {
  stdio: 'inherit',
})
await bundlePrograms()
writeCommonJs()

/**
 * The programs that are sent to wherever code runs, each into one file: the worker's, and that of containers, which starts on any
 * Node, if only to say which it is.
 */
async function bundlePrograms() {
  const entries = ['dist/worker/main.js', 'dist/runner/main.js']
  if (!entries.every(entry => existsSync(entry))) return
  const { build } = await import('esbuild')
  const { version } = JSON.parse(readFileSync('package.json', 'utf8'))
  const common = { bundle: true, platform: 'node', sourcemap: false, legalComments: 'inline', logLevel: 'warning' }
  await build({
    ...common,
    entryPoints: ['dist/worker/main.js'],
    outfile: 'dist/worker.js',
    format: 'esm',
    target: 'node20.19',
    define: { packageVersion: JSON.stringify(version) },
    // import() with options that are not a literal is left as it is, which is what is wanted.
    logOverride: { 'unsupported-dynamic-import': 'silent' },
  })
  await build({
    ...common,
    entryPoints: ['dist/runner/main.js'],
    outfile: 'dist/runner.cjs',
    format: 'cjs',
    target: 'node12',
    minifySyntax: true,
  })
}

/** dist/cjs: for each subpath a CommonJS file that requires the real module, and a copy of the types beside it. */
function writeCommonJs() {
  const { exports } = JSON.parse(readFileSync('package.json', 'utf8'))
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
    if (entry.name === 'cjs' || entry.name === '.build') continue
    const source = path.join(from, entry.name)
    const target = path.join(to, entry.name)
    if (entry.isDirectory()) copyTypes(source, target)
    else if (entry.name.endsWith('.d.ts')) {
      mkdirSync(to, { recursive: true })
      cpSync(source, target)
    }
  }
}
