/**
 * A container by dockerode alone, from nothing to its end, and a message to it and back: the least that a call in a container can cost.
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
const archive = tarOf([{ name: 'echo.cjs', mode: 0o644, content: Buffer.from(program) }])
const attachment = { stream: true, hijack: true, stdin: true, stdout: true, stderr: true }

const engine = await testEngine().catch(() => undefined)
if (!engine) console.log('{}')
else {
  const image = await imageOfProgram(process.execPath)
  const body = {
    Image: image,
    Entrypoint: ['node'],
    Cmd: ['/echo.cjs'],
    AttachStdin: true,
    AttachStdout: true,
    AttachStderr: true,
    OpenStdin: true,
    StdinOnce: true,
    HostConfig: { AutoRemove: true, NetworkMode: 'none' },
  }
  const open = async (): Promise<Opened> => {
    const container = (await engine.createContainer({ _query: {}, _body: body })) as RawContainer
    const [socket] = await Promise.all([container.attach(attachment), container.putArchive(archive, { path: '/' })])
    await container.start()
    return { echo: () => echo(socket), close: () => close(socket) }
  }
  const container = await timeOften(5, async () => {
    const { echo, close } = await open()
    await echo()
    await close()
  })
  const { echo: echoAgain, close: closeLast } = await open()
  const message = await timeWarmAsync(echoAgain)
  await closeLast()
  console.log(JSON.stringify({ 'raw, one container': container, 'raw, one message': message }))
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
