/**
 * How much each captured variable adds to a pickle, and the warning about one that takes more along than anybody can have meant.
 */
import { Labelled } from '../../pickle/index.ts'
import { warnOnce } from '../warnings.ts'

/** A variable that takes less is not worth a word. */
const noticeableBytes = 100_000
const oversizedBytes = 10_000_000
const shownVariables = 3

interface Size {
  readonly path: string
  readonly sizeBytes: number
}

export class CapturedSizes {
  readonly #sizes: Size[] = []

  /** The value of a variable, to be pickled in its place. */
  measured(value: unknown, variable: string): Labelled {
    return new Measured(value, `{${variable}}`, this.#sizes)
  }

  /** Whether any variable that has been written takes much memory. */
  get areNoticeable(): boolean {
    return this.#sizes.length > 0
  }

  /** To be called when the value has been written. */
  warn(): void {
    const own = this.#sizes.map(size => ({ ...size, sizeBytes: size.sizeBytes - this.#inside(size) }))
    const total = own.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0)
    if (total <= oversizedBytes) return
    const largest = own.toSorted((a, b) => b.sizeBytes - a.sizeBytes).slice(0, shownVariables)
    const list = largest.map(({ path, sizeBytes }) => `${path} (${megabytes(sizeBytes)})`).join(', ')
    warnOnce(
      'WARN_CAPTURE_LARGE',
      `Functions in this pickle captured ${megabytes(total)}; the largest are ${list}. ` +
        'Pass what a call needs as an argument, or let the function read it on the other end.',
    )
  }

  /** What the variables inside a captured value take, which counts for those. */
  #inside(outer: Size): number {
    const inner = this.#sizes.filter(each => each !== outer && each.path.startsWith(outer.path))
    const direct = inner.filter(each => !inner.some(other => other !== each && each.path.startsWith(other.path)))
    return direct.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0)
  }
}

class Measured extends Labelled {
  readonly #sizes: Size[]

  constructor(value: unknown, segment: string, sizes: Size[]) {
    super(value, segment)
    this.#sizes = sizes
  }

  override written(sizeBytes: number, path: () => string): void {
    if (sizeBytes >= noticeableBytes) this.#sizes.push({ sizeBytes, path: path() })
  }
}

function megabytes(bytes: number): string {
  return `${(bytes / 1e6).toFixed(1)} MB`
}
