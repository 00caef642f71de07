/**
 * Cases of functions by value: a program pickles `[run, expected]` pairs, a fresh process that has none of its files calls each.
 *
 * The program writes `{ name: pickle }` to the file that it is given; see test/fixtures/functions.
 */
import assert from 'node:assert/strict'
import { cpSync, mkdirSync, readFileSync, rmSync } from 'node:fs'
import path from 'node:path'
import { Project, repository, runNode, type Loader } from './project.ts'

const fixtures = path.join(repository, 'test/fixtures/functions')

/** The names of the cases in a program, without running it. */
export function caseNames(program: string): string[] {
  const text = readFileSync(path.join(fixtures, program), 'utf8')
  return [...text.matchAll(/^ *cases\['(.*?)'\]/gm)].map(match => match[1]!)
}

/** Runs a program's cases; `node` is that of both ends. Each case ends as `ok`, or as the error. */
export async function runCases(
  program: string,
  loader: Loader,
  node = process.execPath,
): Promise<Record<string, string>> {
  const extension = loader.startsWith('tsx') || loader === 'type stripping' ? '.ts' : path.extname(program)
  const type = loader === 'tsx CommonJS' || extension === '.cjs' ? 'commonjs' : 'module'
  const sender = new Project({ 'package.json': JSON.stringify({ name: 'app', type }) })
  const receiver = new Project({ 'package.json': '{"name":"receiver","type":"module"}' })
  try {
    sender.installModulepickle()
    receiver.installModulepickle()
    cpSync(fixtures, sender.directory, { recursive: true })
    const main = `main${extension}`
    sender.write({ [main]: readFileSync(path.join(fixtures, program), 'utf8') })
    const pickles = receiver.path('pickles.json')
    const sent = await sender.run(loader, main, [pickles], {}, node)
    assert.equal(sent.code, 0, sent.stderr)
    rmSync(sender.directory, { recursive: true })
    cpSync(path.join(fixtures, 'receive.mjs'), receiver.path('receive.mjs'))
    mkdirSync(receiver.path('cache'), { mode: 0o700 })
    const received = await runNode(node, [receiver.path('receive.mjs'), pickles], {
      cwd: receiver.directory,
      env: { MODULEPICKLE_CACHE: receiver.path('cache') },
    })
    assert.equal(received.code, 0, received.stderr)
    return JSON.parse(received.stdout) as Record<string, string>
  } finally {
    sender.remove()
    receiver.remove()
  }
}
