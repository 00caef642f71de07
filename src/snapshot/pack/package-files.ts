/**
 * The files of one local package that ship: all of it, less what is ignored or secret, plus what its package.json names.
 *
 * Other workspace members inside its directory are packages of their own. Links stay links. What a snapshot cannot hold is told
 * apart from what is not to ship. Output: absolute paths.
 */
import path from 'node:path'
import { faultOfName } from '../objects/file-name.ts'
import type { Disk } from './disk.ts'
import { fixedPrefix, globToRegExp, normalizeGlob } from './globs.ts'
import type { IgnoreRules } from './ignore-rules.ts'
import { isMember, isWithin, posixRelative, workspaceGlobs } from './project.ts'
import { isSecret } from '../objects/secrets.ts'

interface PackageFiles {
  readonly files: readonly string[]
  /** Link to its target, relative and in normal form. */
  readonly links: ReadonlyMap<string, string>
  /** What would ship if a snapshot could hold it, and why it cannot. */
  readonly unfit: ReadonlyMap<string, string>
}

const neverShipped: ReadonlySet<string> = new Set(['.git', 'node_modules', '.modulepickle', '.modulepickle.json'])

/** The package at `directory` of the project at `root`, by the rules. `onLeftOut` is told of each entry that does not ship, and why. */
export function listPackage(
  root: string,
  directory: string,
  disk: Disk,
  rules: IgnoreRules,
  onLeftOut?: (entry: string, rule: string) => void,
): PackageFiles {
  const globs = workspaceGlobs(root, disk) ?? []
  const refuse = (entry: string, isDirectory: boolean): string | undefined => {
    const isOther = isDirectory && isMember(root, entry, globs, disk)
    return isOther ? 'another package of the workspace' : rules.reasonAgainst(entry, isDirectory)
  }
  return walk(root, directory, disk, refuse, onLeftOut)
}

/** Files that `main`, `exports`, `bin` or `files` of a package.json name, whether or not they are ignored. */
export function listNamedFiles(root: string, directory: string, disk: Disk): string[] {
  const json = disk.packageJson(directory) ?? {}
  const targets = [json.main, json['module'], json['types'], json['bin'], json.exports, json.imports].flatMap(stringsIn)
  const files = stringsIn(json['files'])
  const named = new Set<string>()
  for (const target of targets) {
    const pattern = new RegExp(globToRegExp(target.replaceAll('*', '**')).source)
    for (const file of expand(root, directory, target, pattern, disk)) named.add(file)
  }
  const negated = files.filter(glob => glob.startsWith('!')).map(glob => globToRegExp(glob.slice(1)))
  for (const glob of files) {
    if (glob.startsWith('!') || fixedPrefix(glob) === '') continue
    for (const file of expand(root, directory, glob, globToRegExp(glob), disk)) {
      if (!negated.some(pattern => pattern.test(posixRelative(directory, file)))) named.add(file)
    }
  }
  return [...named]
}

/** A path names a file or, in `files`, a whole directory; a pattern what it matches. */
function expand(root: string, directory: string, glob: string, pattern: RegExp, disk: Disk): string[] {
  const start = path.join(directory, fixedPrefix(glob))
  if (!isWithin(start, directory)) return []
  if (disk.isFile(start)) return isSecret(posixRelative(directory, start)) ? [] : [start]
  if (!disk.isDirectory(start) || start === directory) return []
  const isWhole = fixedPrefix(glob) === normalizeGlob(glob)
  const { files } = walk(root, start, disk, () => undefined)
  return files.filter(file => isWhole || pattern.test(posixRelative(directory, file)))
}

/** Why an entry does not ship; undefined for one that does. */
type Refuse = (entry: string, isDirectory: boolean) => string | undefined

function walk(
  root: string,
  top: string,
  disk: Disk,
  refuse: Refuse,
  onLeftOut?: (entry: string, rule: string) => void,
): PackageFiles {
  const files: string[] = []
  const links = new Map<string, string>()
  const unfit = new Map<string, string>()
  const open = [top]
  for (let directory = open.pop(); directory !== undefined; directory = open.pop()) {
    for (const entry of disk.list(directory)) {
      const file = path.join(directory, entry.name)
      const isDirectory = entry.kind === 'directory'
      const rule = ruleAgainst(root, file, entry.name) ?? refuse(file, isDirectory)
      const target = entry.target === undefined ? undefined : linkTarget(file, entry.target, disk)
      const fault = rule === undefined ? (faultOfName(entry.name) ?? faultOfLink(root, target)) : undefined
      if (rule !== undefined) onLeftOut?.(isDirectory ? file + path.sep : file, rule)
      else if (fault !== undefined) unfit.set(file, fault)
      else if (isDirectory) open.push(file)
      else if (entry.kind === 'file') files.push(file)
      else if (target !== undefined) links.set(file, posixRelative(directory, target) || '.')
    }
  }
  return { files, links, unfit }
}

function ruleAgainst(root: string, file: string, name: string): string | undefined {
  if (neverShipped.has(name)) return `${name} never ships`
  return isSecret(posixRelative(root, file)) ? 'what has such a name is kept secret' : undefined
}

/** Where a link leads, at its end where it has one. */
function linkTarget(link: string, written: string, disk: Disk): string {
  const isThere = disk.isFile(link) || disk.isDirectory(link)
  return isThere ? disk.realPath(link) : path.resolve(path.dirname(link), written)
}

function faultOfLink(root: string, target: string | undefined): string | undefined {
  return target === undefined || isWithin(target, root) ? undefined : `it is a link to ${target}, outside the project`
}

function stringsIn(value: unknown): string[] {
  if (typeof value === 'string') return [value]
  return typeof value === 'object' && value !== null ? Object.values(value).flatMap(stringsIn) : []
}
