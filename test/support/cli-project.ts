/** The project of test/fixtures/cli, copied, and the command line in it. */
import { spawn, type ChildProcess, type StdioOptions } from 'node:child_process'
import { once } from 'node:events'
import { closeSync, cpSync, mkdirSync, openSync, rmSync } from 'node:fs'
import path from 'node:path'
import { Project, repository, runNode, type Finished } from './project.ts'

const program = path.join(repository, 'dist/cli/main.js')

export class CliProject extends Project {
  /** Beside the project, which ships whole. */
  readonly outside: string

  constructor() {
    super({ 'package.json': JSON.stringify({ name: 'shop', type: 'module' }) })
    cpSync(path.join(repository, 'test/fixtures/cli'), this.directory, { recursive: true })
    this.outside = `${this.directory}-outside`
    mkdirSync(this.outside)
  }

  /** The command line with these arguments, in the project's directory or in `cwd`. */
  cli(args: readonly string[], { cwd, env, node, input }: CliOptions = {}): Promise<Finished> {
    return runNode(node ?? process.execPath, [program, ...args], {
      cwd: cwd ?? this.directory,
      env: this.#environment(env),
      input: input ?? '',
    })
  }

  /** The same, while it runs. */
  start(args: readonly string[]): ChildProcess {
    return spawn(process.execPath, [program, ...args], { cwd: this.directory, env: this.#environment() })
  }

  /** The same, with stdout going to a file. */
  async cliInto(file: string, args: readonly string[]): Promise<Omit<Finished, 'stdout'>> {
    const output = openSync(file, 'w')
    const stdio: StdioOptions = ['ignore', output, 'pipe']
    const running = spawn(process.execPath, [program, ...args], {
      cwd: this.directory,
      env: this.#environment(),
      stdio,
    })
    let stderr = ''
    running.stderr!.on('data', (chunk: Buffer) => (stderr += chunk.toString()))
    const [code] = (await once(running, 'close')) as [number]
    closeSync(output)
    return { code, stderr }
  }

  override remove(): void {
    rmSync(this.outside, { recursive: true, force: true })
    super.remove()
  }

  #environment(env: NodeJS.ProcessEnv = {}): NodeJS.ProcessEnv {
    const { NODE_OPTIONS: _, NODE_TEST_CONTEXT: __, ...inherited } = process.env
    return { ...inherited, MODULEPICKLE_CACHE: path.join(this.outside, 'cache'), ...env }
  }
}

interface CliOptions {
  readonly cwd?: string
  readonly env?: NodeJS.ProcessEnv
  readonly node?: string | undefined
  readonly input?: string
}
