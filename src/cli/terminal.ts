/**
 * Where the program writes: results to stdout, everything else to stderr, and what it is doing to a terminal alone.
 *
 * When whoever reads stdout has gone, `unread` aborts and nothing more is written. Never reads stdin.
 */
import { inspect } from 'node:util'

const patienceMs = 300
const spinner = ['⠋', '⠙', '⠹', '⠸', '⠼', '⠴', '⠦', '⠧', '⠇', '⠏']
const frameMs = 100

export class Terminal {
  readonly #unread = new AbortController()
  #status: string | undefined
  #isShown = false
  #begun = 0
  #timer: NodeJS.Timeout | undefined

  constructor() {
    const leave = (error: NodeJS.ErrnoException): void => {
      if (error.code !== 'EPIPE') throw error
      this.#unread.abort()
    }
    process.stdout.on('error', leave)
    // There is nobody to tell.
    process.stderr.on('error', () => {})
  }

  /** Aborts when nobody reads stdout any more. */
  get unread(): AbortSignal {
    return this.#unread.signal
  }

  out(text: string | Uint8Array): void {
    this.#clear()
    if (!this.unread.aborted) process.stdout.write(text)
  }

  note(text: string): void {
    this.#clear()
    process.stderr.write(text)
  }

  /** A value as people read it; strings as they are. */
  shown(value: unknown): string {
    if (typeof value === 'string') return value
    return inspect(value, { depth: null, colors: process.stdout.isTTY === true && process.stdout.hasColors() })
  }

  /** A value that was thrown, with its stack. */
  thrown(value: unknown): string {
    return inspect(value, { colors: process.stderr.isTTY === true && process.stderr.hasColors() })
  }

  /** What takes its time now; undefined when nothing does. Shown after a while, and only on a terminal. */
  doing(what: string | undefined): void {
    if (process.stderr.isTTY !== true) return
    this.#clear()
    clearInterval(this.#timer)
    this.#status = what
    this.#begun = Date.now()
    if (what !== undefined) this.#timer = setInterval(() => this.#draw(), frameMs).unref()
  }

  /** The same for what leaves no time to draw until it is over. */
  blocked(what: string): void {
    this.doing(what)
    this.#begun -= patienceMs
    if (process.stderr.isTTY === true) this.#draw()
  }

  #draw(): void {
    const passedMs = Date.now() - this.#begun
    if (this.#status === undefined || passedMs < patienceMs) return
    const frame = spinner[Math.floor(passedMs / frameMs) % spinner.length]
    process.stderr.write(`\r\u001b[K${frame} ${this.#status} ${(passedMs / 1000).toFixed(0)} s`)
    this.#isShown = true
  }

  #clear(): void {
    if (this.#isShown) process.stderr.write('\r\u001b[K')
    this.#isShown = false
  }
}
