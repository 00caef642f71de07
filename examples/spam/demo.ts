/**
 * `npm run demo`: the program, its workers with nothing on them, its sweep, and an edit without a restart.
 * It works in a temporary copy of the example and removes it on every way out.
 */
import { copyExample } from './demo/copy.ts'
import { closeOnInterrupt } from './demo/interrupt.ts'
import { type Options, readOptions, usage } from './demo/options.ts'
import { showEmptyDirectory, showSweep, startProgram, type Program } from './demo/program.ts'
import { showEdit } from './demo/side-by-side.ts'
import { print } from './demo/terminal.ts'

/** Resolves to the exit code: 0, 1 when the demo failed, 2 for arguments that it does not know. */
export async function demo(args: readonly string[]): Promise<number> {
  let options: Options
  try {
    options = readOptions(args)
  } catch (error) {
    console.error(`${messageOf(error)}\n\n${usage}`)
    return 2
  }
  if (options.help) {
    print(usage)
    return 0
  }
  if (options.target !== undefined) process.env['MODULEPICKLE_TARGET'] = options.target
  return await tellStory()
}

async function tellStory(): Promise<number> {
  const start = performance.now()
  const copy = copyExample()
  process.env['MODULEPICKLE_CACHE'] = copy.cache
  process.on('exit', copy.remove)
  let program: Program | undefined
  const interrupted = closeOnInterrupt(async () => program?.pool.close({ force: true }))
  try {
    program = await startProgram(copy.directory)
    await showEmptyDirectory(program)
    const results = await showSweep(program)
    await showEdit(program, copy.directory, results)
    await program.pool.close()
    print(`\n    the whole run: ${((performance.now() - start) / 1000).toFixed(1)} s`)
    return 0
  } catch (error) {
    // A signal reaches the workers as well. What they say about it is no news: the interrupt ends the process.
    if (interrupted.aborted) return await new Promise<never>(() => {})
    console.error(`\nThe demo failed: ${messageOf(error)}`)
    await program?.pool.close({ force: true })
    return 1
  }
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}
