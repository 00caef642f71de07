/**
 * Which files of a package do not ship: what nested `.gitignore` files ignore and what package.json `modulepickle.exclude`
 * names, and pickles of functions; less what `modulepickle.include` brings back.
 *
 * Rules of the repository around the project count as well, unless they ignore the project as a whole; a user's or machine's own
 * git settings do not, so that a snapshot is the same everywhere.
 */
import path from 'node:path'
import type { PackageJson } from '../../cloudpickle/source/package-json.ts'
import { ModulePickleError } from '../../errors.ts'
import type { Disk } from './disk.ts'
import { GitIgnore } from './gitignore.ts'
import { posixRelative } from './project.ts'

/** Rules of one directory, which speak about paths relative to it. */
interface Rules {
  readonly directory: string
  readonly origin: string
  readonly ignored: GitIgnore
}

export class IgnoreRules {
  readonly #root: string
  readonly #disk: Disk
  readonly #rules = new Map<string, readonly Rules[]>()

  /** @param root the directory of the project */
  constructor(root: string, disk: Disk) {
    this.#root = root
    this.#disk = disk
  }

  /** What keeps `file`, an entry of a directory that is not ignored itself, out: the file with the rule, and the rule. */
  reasonAgainst(file: string, isDirectory: boolean): string | undefined {
    const verdict = this.#verdictOn(file, isDirectory)
    if (verdict) return verdict.isIgnored ? verdict.rule : undefined
    return isDirectory ? undefined : this.#reasonAgainstPickle(file)
  }

  #verdictOn(file: string, isDirectory: boolean): { readonly isIgnored: boolean; readonly rule: string } | undefined {
    for (const { directory, origin, ignored } of this.#rulesFor(path.dirname(file))) {
      const verdict = ignored.verdictOn(posixRelative(directory, file), isDirectory)
      if (verdict) return { isIgnored: verdict.isIgnored, rule: `${origin}: ${verdict.line}` }
    }
    return undefined
  }

  /** One that was written into the project would hold the one before, which holds the one before that. */
  #reasonAgainstPickle(file: string): string | undefined {
    if (!/\.(?:pkl|pickle)$/.test(file) || !this.#disk.isFile(file) || !this.#disk.isPickleWithCode(file))
      return undefined
    return 'a pickle of functions, which holds files like these itself; `modulepickle.include` brings it back'
  }

  /** From the nearest directory outwards up to the top of the git repository. */
  #rulesFor(directory: string): readonly Rules[] {
    const known = this.#rules.get(directory)
    if (known) return known
    const own = this.#readRules(directory)
    const isTop = this.#isTop(directory) || (directory === this.#root && this.#isIgnoredAsAWhole())
    const rules = isTop ? own : [...own, ...this.#rulesFor(path.dirname(directory))]
    this.#rules.set(directory, rules)
    return rules
  }

  #isTop(directory: string): boolean {
    // In a worktree or a submodule it is a file.
    const git = path.join(directory, '.git')
    return this.#disk.isDirectory(git) || this.#disk.isFile(git) || path.dirname(directory) === directory
  }

  /** As a scratch directory is, or the code that was sent to a cache: it is no part of the repository then. */
  #isIgnoredAsAWhole(): boolean {
    for (let each = this.#root; !this.#isTop(each); each = path.dirname(each))
      if (this.#verdictOn(each, true)?.isIgnored) return true
    return false
  }

  /** What package.json says has the last word. */
  #readRules(directory: string): Rules[] {
    const file = path.join(directory, '.gitignore')
    const json = path.join(directory, 'package.json')
    const { exclude, include } = packageRules(this.#disk.packageJson(directory), json)
    const named = [...exclude, ...include.map(pattern => `!${pattern}`)].join('\n')
    return [
      { directory, origin: json, ignored: new GitIgnore(named) },
      { directory, origin: file, ignored: new GitIgnore(this.#disk.isFile(file) ? this.#disk.readText(file) : '') },
    ].filter(({ ignored }) => !ignored.isEmpty)
  }
}

const ruleNames = ['exclude', 'include'] as const

/** @throws ModulePickleError ERR_MODULE_UNREADABLE for what would mean nothing: a slip here ships what should not, unnoticed. */
function packageRules(
  json: PackageJson | undefined,
  file: string,
): Readonly<Record<(typeof ruleNames)[number], readonly string[]>> {
  const own: unknown = json?.['modulepickle'] ?? {}
  const refuse = (fault: string): never => {
    throw new ModulePickleError('ERR_MODULE_UNREADABLE', `"modulepickle" in ${file} ${fault}.`)
  }
  if (typeof own !== 'object' || own === null || Array.isArray(own)) return refuse('has to be an object')
  const unknown = Object.keys(own).filter(name => !ruleNames.some(known => known === name))
  if (unknown.length > 0) return refuse(`has no field ${unknown.join(', ')}: it has ${ruleNames.join(' and ')}`)
  const listOf = (name: (typeof ruleNames)[number]): readonly string[] => {
    const list: unknown = (own as Record<string, unknown>)[name] ?? []
    const isList = Array.isArray(list) && list.every(item => typeof item === 'string')
    return isList ? list : refuse(`has a field ${name} that is no list of patterns, such as ["data"]`)
  }
  return { exclude: listOf('exclude'), include: listOf('include') }
}
