/**
 * Where this package lies, whichever of its files asks: compiled, several modules are in one file.
 */
import { existsSync } from 'node:fs'
import path from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'

/** This package's own directory. */
export const packageDirectory = find(path.dirname(fileURLToPath(import.meta.url)))

/** What stack frames of this package begin with. */
export const ownUrl = pathToFileURL(path.join(packageDirectory, 'dist', path.sep)).href

/** A file that the build made. */
export function builtFile(name: 'worker.js' | 'local-worker.js' | 'runner.cjs' | 'testing/project'): string {
  return path.join(packageDirectory, 'dist', name)
}

function find(directory: string): string {
  return existsSync(path.join(directory, 'package.json')) ? directory : find(path.dirname(directory))
}
