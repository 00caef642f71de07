/**
 * Ctrl-C and its relatives: the workers are ended, what the demo left on disk is removed, and the exit code says why.
 * A second signal does not wait for the workers.
 */

const exitCodes = { SIGHUP: 129, SIGINT: 130, SIGTERM: 143 }
const patienceMs = 2000

/** Calls `close` on the first signal. The signal it returns is aborted by then: errors that follow are not news. */
export function closeOnInterrupt(close: () => Promise<void>): AbortSignal {
  const controller = new AbortController()
  for (const [name, code] of Object.entries(exitCodes)) {
    process.on(name, () => {
      if (controller.signal.aborted) process.exit(code)
      controller.abort()
      process.stderr.write('\nstopping …\n')
      setTimeout(() => process.exit(code), patienceMs).unref()
      void close().finally(() => process.exit(code))
    })
  }
  return controller.signal
}
