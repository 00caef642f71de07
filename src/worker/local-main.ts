/**
 * The program of a worker on the sender's machine: the watchdog first, then the worker's program, beside this file.
 *
 * A thread takes as long to start as that program does to load, and no code of a call runs before it watches: so both go on at once.
 */
import { fileURLToPath } from 'node:url'
import { watchSender } from './watchdog.ts'

void start(process.argv[2])

async function start(scratch: string | undefined): Promise<void> {
  const watching = watchSender(scratch)
  const program = new URL('worker.js', import.meta.url)
  const { work } = (await import(program.href)) as typeof import('./main.ts')
  process.argv[1] = fileURLToPath(program)
  await work(watching)
}
