/**
 * A temporary copy of the example, so that the demo can edit a file of it and leave the repository as it was.
 * Installed packages are linked, not copied. Output: the copy's directory and a way to remove it.
 */
import { cpSync, mkdtempSync, realpathSync, rmSync, symlinkSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { fileURLToPath } from 'node:url'

const example = path.dirname(path.dirname(fileURLToPath(import.meta.url)))

export interface Copy {
  readonly directory: string
  remove(): void
}

export function copyExample(): Copy {
  const directory = mkdtempSync(path.join(realpathSync(tmpdir()), 'modulepickle-demo-'))
  for (const entry of ['package.json', 'sweep.ts', 'corpus.ts', 'filter']) {
    cpSync(path.join(example, entry), path.join(directory, entry), { recursive: true })
  }
  symlinkSync(path.join(example, 'node_modules'), path.join(directory, 'node_modules'), 'junction')
  return { directory, remove: () => rmSync(directory, { recursive: true, force: true }) }
}
