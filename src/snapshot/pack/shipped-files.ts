/**
 * Which files of a project ship: those that code reaches, those of the packages that they are in, and what Node reads of the
 * directories above them.
 *
 * Input: what is reached, and the rules. Output: absolute paths. What two paths would make one of on some systems ships once.
 */
import path from 'node:path'
import { ancestors } from '../../cloudpickle/source/package-json.ts'
import type { Disk } from './disk.ts'
import type { Reached } from './graph.ts'
import type { IgnoreRules } from './ignore-rules.ts'
import { outputPath } from './output-path.ts'
import { listPackage } from './package-files.ts'
import { posixRelative } from './project.ts'
import type { LeftOut } from './snapshot-contents.ts'
import { FoldedNames } from './unfit-files.ts'

/** What decides. */
interface Choice {
  readonly reached: Reached
  readonly rules: IgnoreRules
}

interface ShippedFiles {
  /** In their order. */
  readonly files: ReadonlySet<string>
  /** Link to its target, relative. */
  readonly links: ReadonlyMap<string, string>
  /** What no code reaches and no snapshot can hold, and why. */
  readonly unfit: ReadonlyMap<string, string>
}

export function listShipped(root: string, disk: Disk, { reached, rules }: Choice): ShippedFiles {
  const files = new Set(reached.files)
  const links = new Map<string, string>()
  const unfit = new Map<string, string>()
  const names = new FoldedNames()
  const claim = (file: string): string | undefined => names.claim(outputPath(posixRelative(root, file)))
  for (const file of files) claim(file)
  for (const directory of reached.packages) {
    const listed = listPackage(root, directory, disk, rules)
    for (const [file, fault] of listed.unfit) if (!files.has(file)) unfit.set(file, fault)
    for (const file of [...listed.files, ...listed.links.keys()].sort()) {
      const other = files.has(file) ? undefined : claim(file)
      if (other !== undefined)
        unfit.set(file, `${other} is the same file on systems that do not tell their names apart`)
      else if (listed.links.has(file)) links.set(file, listed.links.get(file)!)
      else files.add(file)
    }
  }
  const owners = new Set([...files].map(file => path.dirname(file)))
  for (const directory of owners) {
    for (const json of packageJsonsAbove(root, directory)) if (disk.isFile(json)) files.add(json)
  }
  return { files: new Set([...files].sort()), links, unfit }
}

/** What of the packages does not ship, and by which rule; of `unfit` what is wrong with it. */
export function listLeftOut(
  root: string,
  disk: Disk,
  { reached, rules }: Choice,
  unfit: ReadonlyMap<string, string>,
): LeftOut[] {
  const found: LeftOut[] = []
  const note = (entry: string, rule: string): void => {
    if (reached.files.has(entry)) return
    found.push({ path: posixRelative(root, entry) + (entry.endsWith(path.sep) ? '/' : ''), rule })
  }
  for (const directory of reached.packages) listPackage(root, directory, disk, rules, note)
  for (const [file, fault] of unfit) note(file, fault)
  return found.sort((a, b) => (a.path < b.path ? -1 : 1))
}

/** Node reads `type`, `exports` and `imports` from them, up to the root. */
function* packageJsonsAbove(root: string, owner: string): Generator<string> {
  for (const directory of ancestors(owner)) {
    yield path.join(directory, 'package.json')
    if (directory === root) return
  }
}
