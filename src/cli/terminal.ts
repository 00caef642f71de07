/**
 * Where the program writes: results to stdout, everything else to stderr, and what it is doing to a terminal alone.
 *
 * What is written is waited for, so that nothing piles up for a slow reader. When whoever reads stdout has gone, or nothing can be
 * written there, `unread` aborts and nothing more is written. Never reads stdin.
 */
import { inspect } from 'node:util'
import { exitCodes, type ExitCode } from './exit-codes.ts'

const patienceMs = 300
const spinner = ['⠋', '⠙', '⠹', '⠸', '⠼', '⠴', '⠦', '⠧', '⠇', '⠏']
const frameMs = 100
/** How long code that writes on and on may keep signals and timers waiting. */
const turnMs = 20

export class Terminal {
  readonly #unread = new AbortController()
  #status: string | undefined
  #isShown = false
  #begun = 0
  #timer: NodeJS.Timeout | undefined
  #failure: NodeJS.ErrnoException | undefined
  #isLineOpen = false
  #turnBegan = 0

  constructor() {
    process.stdout.on('error', error => this.#leave(error))
    // There is nobody to tell.
    process.stderr.on('error', () => {})
  }

  /** Aborts when nobody reads stdout any more. */
  get unread(): AbortSignal {
    return this.#unread.signal
  }

  /** How the program ends that would end with `code`, for what became of its output. */
  end(code: ExitCode): ExitCode {
    if (!this.#failure) return code
    return this.#failure.code === 'EPIPE' ? exitCodes.unread : exitCodes.failed
  }

  /** Settles when the text was taken, or there is nobody to take it. */
  async out(text: string | Uint8Array): Promise<void> {
    this.#clear()
    if (this.unread.aborted || text.length === 0) return
    this.#isLineOpen = text.at(-1) !== '\n'
    await new Promise<void>(resolve => {
      try {
        process.stdout.write(text, () => resolve())
      } catch (error) {
        // Before Node 22, files fail so.
        this.#leave(error as Error)
        resolve()
      }
    })
    if (performance.now() - this.#turnBegan < turnMs) return
    await new Promise(resolve => setImmediate(resolve))
    this.#turnBegan = performance.now()
  }

  /** Text that begins on a line of its own, whatever was written before. */
  line(text: string): Promise<void> {
    return this.out(`${this.#isLineOpen ? '\n' : ''}${text}\n`)
  }

  /** Settles when the text was taken. */
  async note(text: string): Promise<void> {
    this.#clear()
    await new Promise<void>(resolve => process.stderr.write(text, () => resolve()))
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

  #leave(error: NodeJS.ErrnoException): void {
    if (this.#failure) return
    this.#failure = error
    if (error.code !== 'EPIPE') void this.note(`modulepickle: stdout cannot be written to: ${error.message}\n`)
    // The command may be over by now.
    process.exitCode = this.end(exitCodes.ok)
    this.#unread.abort()
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
