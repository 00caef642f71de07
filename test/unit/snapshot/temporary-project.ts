/** Projects on disk for one test: files by path, removed when the test ends. */
import { chmodSync, mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import type { TestContext } from 'node:test'
import { SnapshotCache } from '../../../src/snapshot/materialize/snapshot-cache.ts'
import type { Snapshot } from '../../../src/snapshot/objects/snapshot.ts'

export interface LinkTo {
  readonly link: string
}

/** Text of a file, or where a link leads. Objects are written as JSON. */
export type Contents = string | LinkTo | Readonly<Record<string, unknown>>

export interface TemporaryProject {
  readonly root: string
  file(relative: string): string
  write(files: Readonly<Record<string, Contents>>): void
  remove(relative: string): void
}

export function temporaryDirectory(t: TestContext): string {
  const directory = realpathSync(mkdtempSync(path.join(tmpdir(), 'modulepickle-test-')))
  t.after(() => rmSync(directory, { recursive: true, force: true }))
  return directory
}

export function makeProject(t: TestContext, files: Readonly<Record<string, Contents>>): TemporaryProject {
  const root = path.join(temporaryDirectory(t), 'project')
  const project: TemporaryProject = {
    root,
    file: relative => path.join(root, relative),
    write(entries) {
      for (const [relative, contents] of Object.entries(entries)) writeEntry(path.join(root, relative), contents)
    },
    remove: relative => rmSync(path.join(root, relative), { recursive: true, force: true }),
  }
  project.write(files)
  return project
}

function writeEntry(file: string, contents: Contents): void {
  mkdirSync(path.dirname(file), { recursive: true })
  if (typeof contents === 'string') {
    writeFileSync(file, contents)
    if (contents.startsWith('#!')) chmodSync(file, 0o755)
  } else if (isLink(contents)) symlinkSync(contents.link, file)
  else writeFileSync(file, `${JSON.stringify(contents, undefined, 2)}\n`)
}

function isLink(contents: Exclude<Contents, string>): contents is LinkTo {
  return typeof contents['link'] === 'string' && Object.keys(contents).length === 1
}

/** A cache of its own, holding the objects of `snapshots`. */
export function cacheWith(t: TestContext, ...snapshots: readonly Snapshot[]): SnapshotCache {
  const cache = new SnapshotCache(path.join(temporaryDirectory(t), 'cache'))
  for (const snapshot of snapshots) fill(cache, snapshot)
  return cache
}

export function fill(cache: SnapshotCache, snapshot: Snapshot): void {
  for (const { id, kind, read } of snapshot.objects.values()) cache.put(id, kind, read())
}
