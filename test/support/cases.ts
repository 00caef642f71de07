/**
 * Cases: a program pickles `{ run, expected }` under names, fresh processes that have none of its files run each, and send it onwards.
 *
 * The program says `cases['name'] = …` on a line of its own, and writes a list of names and pickles to the file that it is given.
 */
import assert from 'node:assert/strict'
import { cpSync, mkdirSync, readdirSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { plainJavaScript } from './plain-javascript.ts'
import { Project, repository, runNode, type Loader } from './project.ts'

/** By name: `ok`, or the error. */
export type Outcomes = Readonly<Record<string, string>>

const receive = path.join(repository, 'test/fixtures/cases/receive.mjs')

/** The names of the cases in a program, without running it. */
export function caseNames(program: string): string[] {
  return [...readFileSync(program, 'utf8').matchAll(/^ *cases\['(.*?)'\]/gm)].map(match => match[1]!)
}

/** Where cases arrive. */
export class CaseReceiver extends Project {
  readonly #node: string

  /** `node` is that of both ends. */
  constructor(node = process.execPath) {
    super({ 'package.json': '{"name":"receiver","type":"module"}' })
    this.#node = node
    this.installModulepickle()
    cpSync(receive, this.path('receive.mjs'))
  }

  /** Has a program write its cases into the file `pickles`, and removes it. */
  async take(sender: Project, loader: Loader, main: string, pickles: string): Promise<void> {
    try {
      const sent = await sender.run(loader, main, [this.path(pickles)], {}, this.#node)
      assert.equal(sent.code, 0, sent.stderr)
    } finally {
      sender.remove()
    }
  }

  /** What becomes of the cases in `pickles`, in a process with a cache of its own, which pickles them again into `onwards`. */
  async outcomes(pickles: string, onwards?: string): Promise<Outcomes> {
    const cache = this.path(`cache of ${pickles}`)
    mkdirSync(cache, { mode: 0o700 })
    const files = [pickles, ...(onwards === undefined ? [] : [onwards])].map(file => this.path(file))
    const { code, stdout, stderr } = await runNode(this.#node, [this.path('receive.mjs'), ...files], {
      cwd: this.directory,
      env: { MODULEPICKLE_CACHE: cache },
    })
    assert.equal(code, 0, stderr)
    return JSON.parse(stdout) as Outcomes
  }
}

/** A sender with the TypeScript files of a fixture, or JavaScript where `loader` takes nothing else, and its main file. */
export function typescriptSender(fixture: string, loader: Loader): { readonly sender: Project; readonly main: string } {
  const type = loader === 'tsx CommonJS' ? 'commonjs' : 'module'
  const sender = new Project({ 'package.json': JSON.stringify({ name: 'app', type }) })
  sender.installModulepickle()
  const extension = loader === 'plain ESM' ? '.js' : '.ts'
  for (const name of readdirSync(fixture).filter(each => each.endsWith('.ts'))) {
    const text = readFileSync(path.join(fixture, name), 'utf8')
    sender.write({ [path.basename(name, '.ts') + extension]: extension === '.ts' ? text : plainJavaScript(text) })
  }
  return { sender, main: `main${extension}` }
}
