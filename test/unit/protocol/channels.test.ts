/** Several streams over one pair: order, ends, windows, and input that is no frame. */
import assert from 'node:assert/strict'
import { once } from 'node:events'
import { PassThrough, Transform, type Duplex } from 'node:stream'
import { buffer } from 'node:stream/consumers'
import { suite, test } from 'node:test'
import { setTimeout as pause } from 'node:timers/promises'
import { Channels, windowBytes } from '../../../src/protocol/channels.ts'

interface Ends {
  readonly near: Channels
  readonly far: Channels
  /** What the far end was told. */
  readonly messages: string[]
}

function joined(through: () => Duplex = () => new PassThrough()): Ends {
  const [there, back] = [through(), through()]
  const messages: string[] = []
  const near = new Channels(() => {})
  const far = new Channels(text => messages.push(text))
  near.connect(back, there)
  far.connect(there, back)
  return { near, far, messages }
}

const bytewise = (): Duplex =>
  new Transform({
    transform(chunk: Buffer, _encoding, done) {
      for (const byte of chunk) this.push(Buffer.of(byte))
      done()
    },
  })

/** What comes until the end; the other direction stays open, which iterating would destroy. */
async function received(channel: Duplex): Promise<Buffer> {
  const chunks: Buffer[] = []
  channel.on('data', (chunk: Buffer) => chunks.push(chunk))
  await once(channel, 'end')
  return Buffer.concat(chunks)
}

const noise = (length: number): Buffer => Buffer.from(Uint8Array.from({ length }, (_, index) => (index * 31) % 251))

suite('channels', () => {
  test('carry both directions, more than a window, and the ends', async () => {
    const { near, far } = joined()
    const [a, b] = [near.open(1), far.open(1)]
    const [forth, back] = [noise(3 * windowBytes + 1), noise(2 * windowBytes)]
    a.end(forth)
    b.end(back)
    assert.deepEqual(await Promise.all([received(b), received(a)]), [forth, back])
  })

  test('are put together from single bytes', async () => {
    const { near, far, messages } = joined(bytewise)
    const [a, b] = [near.open(7), far.open(7)]
    near.send('first')
    a.end(noise(5000))
    assert.deepEqual(await buffer(b), noise(5000))
    assert.deepEqual(messages, ['first'])
  })

  test('that nobody reads take a window, and hold up no other and no message', async () => {
    const { near, far, messages } = joined()
    const [stuck, free] = [near.open(1), near.open(2)]
    const [unread, read] = [far.open(1), far.open(2)]
    const content = noise(windowBytes + 500_000)
    stuck.end(content)
    free.end('through')
    near.send('message')
    assert.equal((await buffer(read)).toString(), 'through')
    await pause(20)
    assert.deepEqual(messages, ['message'])
    assert.equal(unread.readableLength, windowBytes)
    assert.deepEqual(await buffer(unread), content)
  })

  test('take what is said before there is anybody to say it to, in order', async () => {
    const wire = new PassThrough()
    const messages: string[] = []
    const near = new Channels(() => {})
    near.send('one')
    const early = near.open(3)
    early.write('early ')
    near.connect(new PassThrough(), wire)
    near.send('two')
    early.end('late')
    const far = new Channels(text => messages.push(text))
    const late = far.open(3)
    far.connect(wire, new PassThrough())
    assert.equal((await buffer(late)).toString(), 'early late')
    assert.deepEqual(messages, ['one', 'two'])
  })

  test('that are closed here hear nothing more, and others do', async () => {
    const { near, far } = joined()
    const [gone, kept] = [near.open(1), near.open(2)]
    far.open(1).destroy()
    const other = far.open(2)
    assert.equal((await received(gone)).byteLength, 0)
    gone.write('nobody hears')
    kept.end('somebody does')
    assert.equal((await buffer(other)).toString(), 'somebody does')
  })

  test('end with whoever says something else, and with a length over its limit', async () => {
    const wrong = [
      Buffer.from('Welcome to host\n'),
      Buffer.from([1, 0, 0, 0, 1, 0, 2, 0, 1]),
      Buffer.from([2, 0, 0, 0, 1, 0, 0, 0, 1]),
    ]
    for (const bytes of wrong) {
      const input = new PassThrough()
      new Channels(() => {}).connect(input, new PassThrough())
      input.write(bytes)
      const [error] = (await once(input, 'error')) as [{ code: string }]
      assert.equal(error.code, 'ERR_PROTOCOL')
    }
  })
})
