/**
 * Which files of a package do not ship: what nested `.gitignore` files ignore and what package.json `modulepickle.exclude`
 * names, less what `modulepickle.include` brings back.
 *
 * Rules of the repository around the project count as well; a user's or machine's own git settings do not, so that a
 * snapshot is the same everywhere.
 */
import { createRequire } from 'node:module'
import path from 'node:path'
import type { Ignore, Options } from 'ignore'
import type { PackageJson } from '../../cloudpickle/source/package-json.ts'
import type { Disk } from './disk.ts'
import { posixRelative } from './project.ts'

const createIgnore = createRequire(import.meta.url)('ignore') as (options: Options) => Ignore

/** Rules of one directory, which speak about paths relative to it. */
interface Rules {
  readonly directory: string
  readonly ignored: Ignore
}

export class IgnoreRules {
  readonly #disk: Disk
  readonly #rules = new Map<string, readonly Rules[]>()

  constructor(disk: Disk) {
    this.#disk = disk
  }

  /** Is `path`, an entry of a directory that is not ignored itself, kept out? */
  isIgnored(file: string, isDirectory: boolean): boolean {
    for (const { directory, ignored } of this.#rulesFor(path.dirname(file))) {
      const relative = posixRelative(directory, file)
      const verdict = ignored.test(isDirectory ? `${relative}/` : relative)
      if (verdict.ignored) return true
      if (verdict.unignored) return false
    }
    return false
  }

  /** From the nearest directory outwards up to the top of the git repository. */
  #rulesFor(directory: string): readonly Rules[] {
    const known = this.#rules.get(directory)
    if (known) return known
    const own = this.#readRules(directory)
    const isTop = this.#disk.isDirectory(path.join(directory, '.git')) || path.dirname(directory) === directory
    const rules = isTop ? own : [...own, ...this.#rulesFor(path.dirname(directory))]
    this.#rules.set(directory, rules)
    return rules
  }

  #readRules(directory: string): Rules[] {
    const { exclude, include } = packageRules(this.#disk.packageJson(directory))
    const file = path.join(directory, '.gitignore')
    const lines = this.#disk.isFile(file) ? [this.#disk.readText(file)] : []
    lines.push(...exclude, ...include.map(pattern => `!${pattern}`))
    if (lines.length === 0) return []
    return [{ directory, ignored: createIgnore({ ignorecase: false }).add(lines.join('\n')) }]
  }
}

function packageRules(json: PackageJson | undefined): { exclude: readonly string[]; include: readonly string[] } {
  const own = Object(json?.['modulepickle']) as { exclude?: unknown; include?: unknown }
  return { exclude: stringsOf(own.exclude), include: stringsOf(own.include) }
}

function stringsOf(value: unknown): readonly string[] {
  return Array.isArray(value) ? value.filter(item => typeof item === 'string') : []
}
