/** The project of test/fixtures/docker, copied: programs that use containers, and print what they saw as JSON. */
import { spawn } from 'node:child_process'
import { cpSync } from 'node:fs'
import path from 'node:path'
import { createInterface } from 'node:readline'
import { Project, repository, type Finished } from './project.ts'

export class DockerProject extends Project {
  constructor() {
    super({})
    cpSync(path.join(repository, 'test/fixtures/docker'), this.directory, { recursive: true })
    this.installModulepickle()
    this.install('zod')
  }

  start(program: string, env: NodeJS.ProcessEnv): Promise<Finished> {
    return this.run('type stripping', `${program}.ts`, [], env)
  }

  /** What the program printed last, and all of stderr. */
  async seen<Seen>(program: string, env: NodeJS.ProcessEnv): Promise<Seen & { stderr: string }> {
    const { stdout, stderr, code } = await this.start(program, env)
    const last = stdout.trimEnd().split('\n').at(-1)
    if (code !== 0 || !last?.startsWith('{')) throw new Error(`${program} failed (${code}):\n${stdout}\n${stderr}`)
    return { ...(JSON.parse(last) as Seen), stderr }
  }

  /** As `seen`; `onLine` is told each line as it comes. */
  async follow(
    program: string,
    env: NodeJS.ProcessEnv,
    onLine: (line: string) => Promise<void>,
  ): Promise<{ lines: readonly string[]; seen: Readonly<Record<string, unknown>> }> {
    const child = spawn(process.execPath, [this.path(`${program}.ts`)], {
      cwd: this.directory,
      env: { ...process.env, ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    let stderr = ''
    child.stderr.on('data', (chunk: Buffer) => (stderr += chunk.toString()))
    const lines: string[] = []
    for await (const line of createInterface({ input: child.stdout })) {
      lines.push(line)
      await onLine(line)
    }
    const last = lines.at(-1) ?? ''
    if (!last.startsWith('{')) throw new Error(`${program} failed:\n${lines.join('\n')}\n${stderr}`)
    return { lines, seen: JSON.parse(last) as Record<string, unknown> }
  }
}
