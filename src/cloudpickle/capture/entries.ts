/**
 * Which file is the entry of this process: its main script, or the file of a worker thread.
 *
 * An entry is never imported on the other end (it would run the program again), so its functions travel by value. What is
 * evaluated from a string (`node -e`, the REPL) has no file to import and travels by value for that reason.
 */
import { createRequire } from 'node:module'
import { realpathSync } from 'node:fs'

let entryFiles: Set<string> | undefined

/** True for a file that this process runs as a program rather than imports. */
export function isEntry(file: string): boolean {
  entryFiles ??= findEntries()
  return entryFiles.has(file)
}

function findEntries(): Set<string> {
  const found = new Set<string>()
  const main = process.argv[1]
  if (main !== undefined) {
    const file = resolved(main)
    found.add(file)
    try {
      found.add(realpathSync(file))
    } catch {
      // A main script that is not a file (it was removed, or is a URL) has no other name.
    }
  }
  return found
}

/** `node main` runs main.js: the argument may lack what Node adds. */
function resolved(main: string): string {
  try {
    return createRequire(import.meta.url).resolve(main)
  } catch {
    return main
  }
}
