/**
 * A temporary copy of the example, so that the demo can edit a file of it and leave the repository as it was, with an
 * empty cache for its workers, so that what is sent does not depend on earlier runs. Installed packages are linked.
 */
import { cpSync, mkdtempSync, realpathSync, rmSync, symlinkSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { fileURLToPath } from 'node:url'

const example = path.dirname(path.dirname(fileURLToPath(import.meta.url)))

export interface Copy {
  readonly directory: string
  readonly cache: string
  remove(): void
}

export function copyExample(): Copy {
  const temporary = mkdtempSync(path.join(realpathSync(tmpdir()), 'modulepickle-demo-'))
  const directory = path.join(temporary, 'spam')
  for (const entry of ['package.json', 'sweep.ts', 'corpus.ts', 'filter']) {
    cpSync(path.join(example, entry), path.join(directory, entry), { recursive: true })
  }
  symlinkSync(path.join(example, 'node_modules'), path.join(directory, 'node_modules'), 'junction')
  const remove = (): void => rmSync(temporary, { recursive: true, force: true })
  return { directory, cache: path.join(temporary, 'cache'), remove }
}
