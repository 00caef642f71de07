/**
 * Where the runner puts the workers' program, and workers what they write: a directory of this user's, in the first place that takes it.
 *
 * Named by content: in a container that runs already, what an earlier runner has put there is used, its cache above all.
 */
import { existsSync, lstatSync, mkdirSync, renameSync, writeFileSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'

export interface Home {
  readonly program: string
  readonly directory: string
}

/** Every user may write to the last of them, in a container that has nothing. */
const places = ['/', os.tmpdir(), '/dev/shm']

/** @throws Error where nothing can be written */
export function makeHome(name: string, program: Uint8Array): Home {
  const failures: string[] = []
  for (const place of places) {
    try {
      return furnish(ownDirectory(path.join(place, `${name}-${process.getuid?.() ?? 0}`)), program)
    } catch (error) {
      failures.push((error as Error).message)
    }
  }
  throw new Error(
    `There is no directory to write to: ${failures.join('; ')}. Run it as another user, or mount one at /tmp`,
  )
}

/** Nobody else's, as programs are run from it. */
function ownDirectory(directory: string): string {
  try {
    mkdirSync(directory, 0o755)
  } catch (error) {
    const { uid, mode } = lstatSync(directory)
    const isDirectory = (mode & 0o170000) === 0o040000
    if (!isDirectory || uid !== process.getuid?.() || mode & 0o022) throw error
  }
  return directory
}

function furnish(directory: string, content: Uint8Array): Home {
  const program = path.join(directory, 'worker.mjs')
  if (!existsSync(program)) {
    const draft = `${program}.${process.pid}`
    writeFileSync(draft, content, { mode: 0o644 })
    renameSync(draft, program)
  }
  return { program, directory }
}
