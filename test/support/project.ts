/**
 * A throwaway project in a directory of its own, with the loaders that run its programs, and receivers that know nothing of it.
 */
import { execFile } from 'node:child_process'
import { mkdirSync, mkdtempSync, readFileSync, realpathSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { pathToFileURL } from 'node:url'
import { promisify } from 'node:util'

export const repository = path.resolve(import.meta.dirname, '../..')

/** How a program is run on the sender. */
export type Loader = 'plain ESM' | 'plain CommonJS' | 'tsx ESM' | 'tsx CommonJS' | 'type stripping'

const tsx = pathToFileURL(createRequire(import.meta.url).resolve('tsx')).href

/** The flags with which Node runs a loader. */
export function tsxHooks(loader: Loader): string[] {
  return loader.startsWith('tsx') ? ['--import', tsx] : []
}

export interface Finished {
  readonly stdout: string
  readonly stderr: string
  readonly code: number
}

export class Project {
  readonly directory: string

  /** Text files by path; values that are undefined are directories. */
  constructor(files: Readonly<Record<string, string>>, prefix = 'modulepickle-test-') {
    this.directory = realpathSync(mkdtempSync(path.join(tmpdir(), prefix)))
    this.write(files)
  }

  write(files: Readonly<Record<string, string>>): void {
    for (const [name, text] of Object.entries(files)) {
      const file = this.path(name)
      mkdirSync(path.dirname(file), { recursive: true })
      writeFileSync(file, text)
    }
  }

  path(name: string): string {
    return path.join(this.directory, name)
  }

  /** The line (from 1) of a file on which `text` stands. */
  lineOf(name: string, text: string): number {
    return (
      readFileSync(this.path(name), 'utf8')
        .split('\n')
        .findIndex(line => line.includes(text)) + 1
    )
  }

  /** Links node_modules/<name> to a package of this repository's own installation, or to `target`. */
  install(name: string, target = path.join(repository, 'node_modules', name)): void {
    const link = this.path(path.join('node_modules', name))
    mkdirSync(path.dirname(link), { recursive: true })
    symlinkSync(target, link)
  }

  /** Links node_modules/modulepickle to this repository. */
  installModulepickle(): void {
    this.install('modulepickle', repository)
  }

  run(
    loader: Loader,
    file: string,
    args: readonly string[] = [],
    env: NodeJS.ProcessEnv = {},
    node = process.execPath,
  ): Promise<Finished> {
    const hooks = loader.startsWith('tsx') ? ['--import', tsx] : []
    return runNode(node, [...hooks, this.path(file), ...args], { cwd: this.directory, env })
  }

  remove(): void {
    rmSync(this.directory, { recursive: true, force: true })
  }
}

/** Runs Node and waits for its end. A failure to start rejects; an exit code does not. */
export async function runNode(
  node: string,
  args: readonly string[],
  options: { cwd?: string; env?: NodeJS.ProcessEnv; input?: string } = {},
): Promise<Finished> {
  const { NODE_OPTIONS: _, NODE_TEST_CONTEXT: __, ...environment } = process.env
  try {
    const { input, env, ...others } = options
    const running = promisify(execFile)(node, [...args], {
      ...others,
      env: { ...environment, NODE_NO_WARNINGS: '', ...env },
      maxBuffer: 64 << 20,
    })
    if (input !== undefined) running.child.stdin?.end(input)
    const { stdout, stderr } = await running
    return { stdout, stderr, code: 0 }
  } catch (error) {
    const { stdout, stderr, code } = error as { stdout?: string; stderr?: string; code?: unknown }
    if (typeof code !== 'number' || stdout === undefined || stderr === undefined) throw error
    return { stdout, stderr, code }
  }
}

/** The node binaries of test/runtimes, by major; undefined where npm has none for this platform. */
export function nodeOfMajor(major: 20 | 22 | 24 | 26): string | undefined {
  try {
    return createRequire(path.join(repository, 'test/runtimes/package.json')).resolve(`node${major}/bin/node`)
  } catch {
    return undefined
  }
}
