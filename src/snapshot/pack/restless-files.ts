/**
 * Data that changes with nearly each call, such as a log that the program itself writes into its project: each state is another
 * snapshot, and for calls another worker.
 *
 * Input: what differs from the snapshot before. Output: one warning, once it is a pattern. Changes of code are what snapshots are
 * for, and end it.
 */
import path from 'node:path'
import { isModuleText } from './output-path.ts'

/** A change weighs two; a look that finds none takes one off. So a pattern is what changes at least at every other call. */
const changeWeight = 2
const patternWeight = 5 * changeWeight
const maximumNamed = 3

/** Directories, by which files are told of: each may have another name. */
const told = new Set<string>()

export class RestlessFiles {
  #weight = 0

  unchanged(): void {
    if (this.#weight > 0) this.#weight--
  }

  /** `paths` in the project at `root` differ; `isReached` says of which code has need. Warns by `WARN_SNAPSHOT_RESTLESS`. */
  changed(root: string, paths: readonly string[], isReached: (file: string) => boolean): void {
    const isData = paths.every(file => !isModuleText(file) && !isConfiguration(file) && !isReached(file))
    this.#weight = isData ? this.#weight + changeWeight : 0
    if (this.#weight < patternWeight || paths.every(file => told.has(directoryOf(root, file)))) return
    for (const file of paths) told.add(directoryOf(root, file))
    this.#weight = 0
    const named = paths.slice(0, maximumNamed).join(', ') + (paths.length > maximumNamed ? ', …' : '')
    process.emitWarning(
      `${named} in ${root} changed again and again between calls. All of the project ships, so each time it is another snapshot, and a ` +
        'new worker that has none of the state of modules. If the code needs no such file, name it in .gitignore or in "modulepickle": { "exclude": […] } of package.json.',
      { type: 'ModulePickleWarning', code: 'WARN_SNAPSHOT_RESTLESS' },
    )
  }
}

function directoryOf(root: string, file: string): string {
  return path.join(root, path.dirname(file))
}

function isConfiguration(file: string): boolean {
  return /(?:^|\/)(?:package\.json|\.modulepickle\.json|\.gitignore)$/.test(file)
}
