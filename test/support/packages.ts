/**
 * Projects with installed packages whose `main` is pickled, and fresh processes that load and call it where the project is not.
 */
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import path from 'node:path'
import type { TestContext } from 'node:test'
import { pathToFileURL } from 'node:url'
import { temporaryDirectory } from '../unit/snapshot/temporary-project.ts'
import { Project, repository, runNode } from './project.ts'

export const library = pathToFileURL(path.join(repository, 'dist/index.js')).href
export const receiver = process.env['MODULEPICKLE_TEST_NODE'] ?? process.execPath

export type Files = Readonly<Record<string, string>>

export interface Outcome {
  readonly value?: unknown
  readonly code?: string
  readonly message?: string
}

export function sender(t: TestContext, files: Files): Project {
  const project = new Project({ 'package.json': '{ "name": "sender", "type": "module" }', ...files })
  t.after(() => project.remove())
  project.installModulepickle()
  return project
}

/** The pickle of what `main.js` exports as `main`. */
export async function pickleIn(t: TestContext, project: Project, packages: 'reference' | 'include'): Promise<Buffer> {
  const output = path.join(temporaryDirectory(t), 'pickle')
  project.write({
    'pack.js': `
import { writeFileSync } from 'node:fs'
import { dumps } from 'modulepickle'
import { main } from './main.js'
try {
  writeFileSync(process.argv[2], dumps(main, { packages: '${packages}' }))
} catch (error) {
  console.log(error.code + ': ' + error.message)
  process.exitCode = 3
}`,
  })
  const env = { MODULEPICKLE_CACHE: path.join(temporaryDirectory(t), 'cache') }
  const { code, stdout, stderr } = await project.run('plain ESM', 'pack.js', [output], env)
  assert.equal(code, 0, stdout + stderr)
  return readFileSync(output)
}

/** Loads and calls in a fresh process in `cwd`, which by default is empty. */
export async function runThere(
  t: TestContext,
  pickle: Buffer,
  { cwd = temporaryDirectory(t), cache = path.join(temporaryDirectory(t), 'cache'), node = receiver } = {},
): Promise<Outcome> {
  const input = new Project({ pickle: pickle.toString('base64') })
  t.after(() => input.remove())
  const script = `
import { loads } from ${JSON.stringify(library)}
import { readFileSync } from 'node:fs'
const bytes = Buffer.from(readFileSync(process.argv[1], 'latin1'), 'base64')
const outcome = await loads(bytes).then(main => main()).then(
  value => ({ value }), ({ code, message }) => ({ code, message }))
process.stdout.write(JSON.stringify(outcome))`
  const args = ['--input-type=module', '--eval', script, input.path('pickle')]
  const { code, stdout, stderr } = await runNode(node, args, { cwd, env: { MODULEPICKLE_CACHE: cache } })
  assert.equal(code, 0, stderr)
  return JSON.parse(stdout) as Outcome
}

/** A package that says what it is, and what each of its dependencies says. */
export function packageAt(
  directory: string,
  name: string,
  version: string,
  dependencies: readonly string[] = [],
): Files {
  const needs = Object.fromEntries(dependencies.map(each => [each, '*']))
  return {
    [`${directory}/package.json`]: JSON.stringify({ name, version, dependencies: needs }),
    [`${directory}/index.js`]: `
exports.says = (depth = 3) => depth === 0 ? '…' : '${name}@${version}' + ${dependencies
      .map(each => `'(' + require('${each}').says(depth - 1) + ')'`)
      .concat("''")
      .join(' + ')}`,
  }
}

export const says = (name: string): string => `import p from '${name}'\nexport const main = () => p.says()`
