/** The project of test/fixtures/local, copied: programs that use `local:` workers, and print what they saw as JSON. */
import { cpSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import path from 'node:path'
import { plainJavaScript } from './plain-javascript.ts'
import { Project, repository, runNode, type Finished, type Loader } from './project.ts'

const fixture = path.join(repository, 'test/fixtures/local')

export class LocalProject extends Project {
  readonly #loader: Loader
  /** Beside the project, which ships whole. */
  readonly cache: string

  constructor(loader: Loader = 'type stripping', packages: Readonly<Record<string, string>> = {}) {
    const type = loader.endsWith('CommonJS') ? 'commonjs' : 'module'
    super({ 'package.json': JSON.stringify({ name: 'shop', type }), ...packages })
    this.#loader = loader
    this.cache = `${this.directory}-cache`
    cpSync(fixture, this.directory, { recursive: true })
    if (loader === 'plain ESM') this.#compile()
    this.installModulepickle()
  }

  /** Runs a program; `node` is the binary, the one that runs the tests by default. */
  start(program: string, env: NodeJS.ProcessEnv = {}, node = process.execPath): Promise<Finished> {
    const environment = { MODULEPICKLE_CACHE: this.cache, ...env }
    if (this.#loader !== 'plain ESM') return this.run(this.#loader, `${program}.ts`, [], environment)
    return runNode(node, [this.path(`${program}.js`)], { cwd: this.directory, env: environment })
  }

  /** What the program printed last, and all of stderr. */
  async seen<Seen>(program: string, env?: NodeJS.ProcessEnv, node?: string): Promise<Seen & { stderr: string }> {
    const { stdout, stderr, code } = await this.start(program, env, node)
    const last = stdout.trimEnd().split('\n').at(-1)
    if (code !== 0 || !last?.startsWith('{')) throw new Error(`${program} failed (${code}):\n${stdout}\n${stderr}`)
    return { ...(JSON.parse(last) as Seen), stderr }
  }

  override remove(): void {
    rmSync(this.cache, { recursive: true, force: true })
    super.remove()
  }

  #compile(): void {
    for (const name of readdirSync(this.directory, { recursive: true, encoding: 'utf8' })) {
      if (!name.endsWith('.ts')) continue
      const text = readFileSync(this.path(name), 'utf8')
      this.write({ [name.replace(/\.ts$/, '.js')]: plainJavaScript(text) })
      rmSync(this.path(name))
    }
  }
}
