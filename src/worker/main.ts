/**
 * The worker's program. Run as a program it serves calls; imported, it is only what shipped code gets as `modulepickle`.
 *
 * Built into one file that imports nothing but `node:` modules. File descriptor 3 is the conversation with the sender, 4 a pipe
 * that stays open as long as the sender lives; stdout and stderr belong to the code that runs here. Arguments: `--attended`
 * where another process ends this one when the sender is gone, and nobody need wait for that here; then, if there is one, a
 * directory to make, work in and remove at the end.
 */
import { realpathSync, writeSync } from 'node:fs'
import { Socket } from 'node:net'
import { fileURLToPath } from 'node:url'
import * as cloudpickle from '../cloudpickle/index.ts'
import { registerExports } from '../cloudpickle/public-names.ts'
import * as pickle from '../pickle/index.ts'
import { isModulePickleError } from '../errors.ts'
import { Connection, decodeSenderMessage, encodeExit, SignedStream } from '../protocol/index.ts'
import { guardCalls } from './call-guard.ts'
import { takeConversationKey } from './conversation-key.ts'
import * as face from './face.ts'
import * as test from './nested-test.ts'
import { introduce, runtime } from './runtime.ts'
import { enterScratchDirectory } from './scratch-directory.ts'
import { serve } from './serve.ts'
import type { ToSender } from './supply.ts'
import { watchSender } from './watchdog.ts'

/** The build puts the version from package.json here. */
declare const packageVersion: string

/** What `modulepickle` and its subpaths export on a worker. */
export const subpaths = { '.': face, './pickle': pickle, './cloudpickle': cloudpickle, './test': test }

const conversation = 3

for (const [subpath, exports] of Object.entries(subpaths)) registerExports(`modulepickle${subpath.slice(1)}`, exports)
introduce({ url: import.meta.url, version: packageVersion, subpaths })
if (isProgram()) void work()

function isProgram(): boolean {
  const [, program] = process.argv
  return program !== undefined && realpathSync(program) === fileURLToPath(import.meta.url)
}

/** `watched` is what `watchSender` gave, where that was called before. */
export async function work(watched?: Promise<void>): Promise<void> {
  // Code that runs here sees the arguments of a program that has none.
  const given = process.argv.splice(2)
  const isAttended = given[0] === '--attended'
  const scratch = given[isAttended ? 1 : 0]
  const watching = watched ?? (isAttended ? Promise.resolve() : watchSender(scratch))
  const key = takeConversationKey()
  const socket = new Socket({ fd: conversation, readable: true, writable: true })
  const stream = key ? new SignedStream(socket, key, 'worker') : socket
  process.setSourceMapsEnabled(true)
  // Ctrl-C reaches every process of a terminal. It is the sender that decides what becomes of its workers.
  process.on('SIGINT', () => {})
  guardCalls((id, code) => sendAtOnce(stream, encodeExit(id, code)))
  socket.once('close', () => process.exit())
  const sender: ToSender = new Connection(stream, decodeSenderMessage)
  if (prepare(scratch, sender)) {
    try {
      await serve(sender, import.meta.url, watching)
    } catch (error) {
      console.error(error)
      process.exitCode = 1
    }
  }
  stream.end()
}

/** False when this process cannot take calls; the sender has been told why. */
function prepare(scratch: string | undefined, sender: ToSender): boolean {
  try {
    if (scratch !== undefined) enterScratchDirectory(scratch)
    runtime()
    return true
  } catch (error) {
    const code = isModulePickleError(error) ? error.code : 'ERR_WORKER_START'
    sender.send({ kind: 'unready', code, message: error instanceof Error ? error.message : String(error) })
    return false
  }
}

/** The last words of a process that is exiting. Behind half a message they would not be understood. */
function sendAtOnce(stream: Socket | SignedStream, bytes: Uint8Array): void {
  const sealed = stream instanceof SignedStream ? stream.sealed(bytes) : bytes
  if (sealed === undefined || stream.writableLength > 0) return
  try {
    writeSync(conversation, sealed)
  } catch {
    // The sender is gone, or not reading: it will see that the process has ended.
  }
}
