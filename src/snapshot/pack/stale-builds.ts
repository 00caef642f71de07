/**
 * Builds that are older than what they were made from: a package whose code is reached in a git-ignored directory, such as dist,
 * while a file under its `src` was changed later. What is built is what ships; this only tells.
 */
import path from 'node:path'
import type { Disk } from './disk.ts'
import type { Reached } from './graph.ts'
import type { IgnoreRules } from './ignore-rules.ts'
import { isModuleText } from './output-path.ts'
import { isWithin, posixRelative } from './project.ts'

interface Build {
  readonly directory: string
  readonly files: readonly string[]
  /** Where what it was made from is. */
  readonly source: string
}

/** Of each build that was told of, the time of the newest source, so that it is told of once. */
const told = new Map<string, number>()
const builds = new WeakMap<Reached, readonly Build[]>()

/** Warns by `ERR_BUILD_STALE`, once for each change of a source. */
export function warnOfStaleBuilds(root: string, reached: Reached, disk: Disk, rules: IgnoreRules): void {
  const known = builds.get(reached) ?? findBuilds(reached, disk, rules)
  builds.set(reached, known)
  for (const { directory, files, source } of known) {
    const newest = newestOf(modulesBelow(source, disk), disk)
    const built = newestOf(files, disk)
    if (!newest || !built || newest.modifiedMs <= built.modifiedMs) continue
    if (told.get(directory) === newest.modifiedMs) continue
    told.set(directory, newest.modifiedMs)
    const message = `${posixRelative(root, directory)} is older than ${posixRelative(root, newest.file)}, and what ships is what was built. Build it again.`
    process.emitWarning(message, { type: 'ModulePickleWarning', code: 'ERR_BUILD_STALE' })
  }
}

/** Git-ignored directories of packages that have a `src`, with the modules in them that are reached. */
function findBuilds(reached: Reached, disk: Disk, rules: IgnoreRules): Build[] {
  const withSource = [...reached.packages].filter(directory => disk.isDirectory(path.join(directory, 'src')))
  return withSource.flatMap(owner => {
    const files = [...reached.files].filter(file => isWithin(file, owner) && isModuleText(file))
    const byTop = new Map<string, string[]>()
    for (const file of files) {
      const known = byTop.get(topOf(owner, file))
      if (known) known.push(file)
      else byTop.set(topOf(owner, file), [file])
    }
    return [...byTop].flatMap(([top, inside]): Build[] => {
      const directory = path.join(owner, top)
      const isBuild = top !== 'src' && disk.isDirectory(directory) && rules.reasonAgainst(directory, true) !== undefined
      return isBuild ? [{ directory, files: inside, source: path.join(owner, 'src') }] : []
    })
  })
}

/** The directory of a package that a file is in. */
function topOf(directory: string, file: string): string {
  return posixRelative(directory, file).split('/')[0] ?? ''
}

function modulesBelow(top: string, disk: Disk): string[] {
  const found: string[] = []
  const open = [top]
  for (let directory = open.pop(); directory !== undefined; directory = open.pop()) {
    for (const { name, kind } of disk.list(directory)) {
      const file = path.join(directory, name)
      if (kind === 'directory' && name !== 'node_modules') open.push(file)
      else if (kind === 'file' && isModuleText(file)) found.push(file)
    }
  }
  return found
}

function newestOf(files: readonly string[], disk: Disk): { file: string; modifiedMs: number } | undefined {
  let newest: { file: string; modifiedMs: number } | undefined
  for (const file of files) {
    const modifiedMs = disk.modifiedMs(file)
    if (!newest || modifiedMs > newest.modifiedMs) newest = { file, modifiedMs }
  }
  return newest
}
