/**
 * The directory of this worker: made when the worker can remove it, removed however the worker ends.
 *
 * The sender removes it, too, but may be gone; where this process is killed, the sender or the watchdog does.
 */
import { mkdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { debuglog } from 'node:util'

/** Shown with NODE_DEBUG=modulepickle-worker. */
const debug = debuglog('modulepickle-worker')

/**
 * Makes `directory` and works in it.
 * @throws Error where it cannot be made
 */
export function enterScratchDirectory(directory: string): void {
  process.on('exit', () => remove(directory))
  for (const signal of ['SIGTERM', 'SIGHUP'] as const) {
    process.once(signal, () => {
      // Code that listens for the signal, too, decides what becomes of it.
      if (process.listenerCount(signal) > 0) return
      remove(directory)
      process.kill(process.pid, signal)
    })
  }
  mkdirSync(directory, { mode: 0o700 })
  process.chdir(directory)
}

/** No process can remove the directory that it is in everywhere. */
function remove(directory: string): void {
  try {
    process.chdir(tmpdir())
    rmSync(directory, { recursive: true, force: true })
  } catch (error) {
    debug('%s is left behind: %s', directory, error)
  }
}
