/**
 * A container by dockerode alone, from nothing to its end, and a message to it and back: the least that a call in a container can cost.
 * The same message through a second process there: the least where one process keeps what code does to its own from all else.
 * Without an engine there are no figures.
 */
import { once } from 'node:events'
import type { Container, EngineSocket } from '../../src/executors/docker/engine.ts'
import { imageOfProgram, testEngine } from '../../test/support/docker.ts'
import { tarOf } from '../../test/support/tar.ts'
import { timeOften, timeWarmAsync } from '../harness/timing.ts'

interface RawContainer extends Container {
  putArchive(tar: Uint8Array, options: { readonly path: string }): Promise<unknown>
}

interface Opened {
  echo(): Promise<unknown>
  close(): Promise<unknown>
}

const program = `process.stdin.on('data', piece => process.stdout.write(piece)).on('end', () => process.exit())`
const passing = `const { spawn } = require('node:child_process')
const child = spawn(process.execPath, ['/echo.cjs'], { stdio: ['pipe', 'pipe', 'inherit'] })
process.stdin.pipe(child.stdin)
child.stdout.pipe(process.stdout)
child.on('exit', () => process.exit())`
const archive = tarOf(
  Object.entries({ 'echo.cjs': program, 'passing.cjs': passing }).map(([name, text]) => {
    return { name, mode: 0o644, content: Buffer.from(text) }
  }),
)
const attachment = { stream: true, hijack: true, stdin: true, stdout: true, stderr: true }

const engine = await testEngine().catch(() => undefined)
if (!engine) console.log('{}')
else {
  const image = await imageOfProgram(process.execPath)
  const body = {
    Image: image,
    Entrypoint: ['node'],
    AttachStdin: true,
    AttachStdout: true,
    AttachStderr: true,
    OpenStdin: true,
    StdinOnce: true,
    HostConfig: { AutoRemove: true, NetworkMode: 'none' },
  }
  const open = async (file: string): Promise<Opened> => {
    const container = (await engine.createContainer({ _query: {}, _body: { ...body, Cmd: [file] } })) as RawContainer
    const [socket] = await Promise.all([container.attach(attachment), container.putArchive(archive, { path: '/' })])
    await container.start()
    return { echo: () => echo(socket), close: () => close(socket) }
  }
  const timeOne = (file: string): Promise<number> =>
    timeOften(5, async () => {
      const { echo, close } = await open(file)
      await echo()
      await close()
    })
  const timeMessage = async (file: string): Promise<number> => {
    const { echo, close } = await open(file)
    const time = await timeWarmAsync(echo)
    await close()
    return time
  }
  const figures = {
    'raw, one container': await timeOne('/echo.cjs'),
    'raw, one container, two processes': await timeOne('/passing.cjs'),
    'raw, one message': await timeMessage('/echo.cjs'),
    'raw, one message, two processes': await timeMessage('/passing.cjs'),
  }
  console.log(JSON.stringify(figures))
}

async function echo(socket: EngineSocket): Promise<void> {
  const answer = once(socket, 'data')
  socket.write('1')
  await answer
}

async function close(socket: EngineSocket): Promise<void> {
  const closed = once(socket, 'close')
  socket.end()
  await closed
}
