/**
 * Images that the engine has not got: pulled, with progress on stderr.
 *
 * Output: an image at the engine, or ERR_IMAGE_MISSING. It never asks for passwords: what needs one is pulled by the docker command.
 */
import type { Readable } from 'node:stream'
import { ModulePickleError } from '../../errors.ts'
import { reason } from './engine-errors.ts'
import type { Engine } from './engine.ts'
import { LineSplitter } from '../logs.ts'

/** A line of the engine's report. */
interface Report {
  readonly id?: string
  readonly status?: string
  readonly error?: string
  readonly progressDetail?: { readonly current?: number; readonly total?: number }
}

/** @throws ModulePickleError ERR_IMAGE_MISSING */
export async function pullImage(engine: Engine, image: string, platform: string | undefined): Promise<void> {
  const progress = new PullProgress(image)
  try {
    const stream = await engine.pull(image, platform === undefined ? {} : { platform })
    await follow(stream, report => progress.show(report))
  } catch (error) {
    progress.end('failed')
    throw missingImage(image, `and it cannot be pulled: ${reason(error)}`, error)
  }
  progress.end('done')
}

export function missingImage(image: string, why: string, cause?: unknown): ModulePickleError {
  return new ModulePickleError(
    'ERR_IMAGE_MISSING',
    `The engine has no image ${image}, ${why}. Check the name; an image of your own is built or loaded first, one that needs a login is pulled by hand: docker pull ${image}`,
    { cause },
  )
}

async function follow(stream: Readable, show: (report: Report) => void): Promise<void> {
  let failure: string | undefined
  const splitter = new LineSplitter(line => {
    if (line === '') return
    const report = JSON.parse(line) as Report
    failure ??= report.error
    show(report)
  })
  for await (const chunk of stream) splitter.push(chunk as Buffer)
  splitter.flush()
  if (failure !== undefined) throw new Error(failure)
}

/** One line that changes on a terminal; elsewhere one at the beginning, and one at the end. */
class PullProgress {
  readonly #image: string
  readonly #layers = new Map<string, { current: number; total: number }>()
  #shownAt = 0

  constructor(image: string) {
    this.#image = image
    this.#write('')
  }

  show({ id, status, progressDetail: { current, total } = {} }: Report): void {
    if (status !== 'Downloading' || id === undefined || current === undefined || total === undefined) return
    this.#layers.set(id, { current, total })
    if (!process.stderr.isTTY || performance.now() - this.#shownAt < 100) return
    this.#shownAt = performance.now()
    const layers = [...this.#layers.values()]
    const [done, all] = [
      layers.reduce((sum, layer) => sum + layer.current, 0),
      layers.reduce((sum, layer) => sum + layer.total, 0),
    ]
    this.#write(`: ${megabytes(done)} of ${megabytes(all)} MB`)
  }

  end(how: 'done' | 'failed'): void {
    this.#write(`: ${how}`)
    if (process.stderr.isTTY) process.stderr.write('\n')
  }

  #write(text: string): void {
    const line = `[docker] pulling ${this.#image}${text}`
    process.stderr.write(process.stderr.isTTY ? `\r\u001B[K${line}` : `${line}\n`)
  }
}

function megabytes(bytes: number): string {
  return (bytes / 1e6).toFixed(1)
}
