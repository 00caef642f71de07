/**
 * The module system of packages whose package.json does not name it, so that it can name it where it arrives.
 *
 * Node finds out by itself, but it reads such modules twice and prints a warning in each process on the other end. A package
 * that holds both systems, or a file that cannot be read, is left as it is.
 */
import path from 'node:path'
import { nearestPackage, type ReadPackageJson } from '../../cloudpickle/source/package-json.ts'
import type { SourceKind } from '../../cloudpickle/source/parse.ts'
import { kindOfText } from './module-kind.ts'
import type { ModuleText } from './module-text.ts'
import { isModuleText } from './output-path.ts'

export class PackageTypes {
  readonly #read: ReadPackageJson
  /** Directory of files to directory of the package.json that Node asks for their type. */
  readonly #owners = new Map<string, string | undefined>()
  /** What ships in the scope of each such package.json; undefined where that is not known. */
  readonly #kinds = new Map<string, Set<SourceKind | undefined>>()

  constructor(read: ReadPackageJson) {
    this.#read = read
  }

  /** A module that ships. One without code is the same in either system. */
  noteModule(file: string, module: ModuleText): void {
    if (!isEmptyModule(module)) this.#note(file, module.kind)
  }

  /** Another file that ships. Node runs scripts without an extension, too, as the package's type says. */
  noteOther(file: string, content: Buffer): void {
    if (isModuleText(file)) this.#note(file, undefined)
    if (isNodeScript(file, content)) this.#note(file, kindOfText(content.toString('utf8')))
  }

  #note(file: string, kind: SourceKind | undefined): void {
    if (/\.[cm][jt]s$/.test(file)) return
    const owner = this.#ownerOf(path.dirname(file))
    if (owner === undefined) return
    const kinds = this.#kinds.get(owner) ?? new Set()
    this.#kinds.set(owner, kinds.add(kind))
  }

  /** True where the package.json in `directory` may say `"type": "module"` although it says nothing here. */
  isModule(directory: string): boolean {
    const kinds = this.#kinds.get(directory)
    return kinds !== undefined && kinds.size === 1 && kinds.has('module')
  }

  /** undefined where the type is named. */
  #ownerOf(directory: string): string | undefined {
    if (!this.#owners.has(directory)) {
      const owner = nearestPackage(path.join(directory, 'any.js'), this.#read)
      this.#owners.set(directory, owner?.json.type === undefined ? owner?.directory : undefined)
    }
    return this.#owners.get(directory)
  }
}

export function isEmptyModule({ code }: ModuleText): boolean {
  return code.trim() === ''
}

/** True for a script without an extension that says that Node runs it. */
export function isNodeScript(file: string, content: Buffer | undefined): boolean {
  return path.extname(file) === '' && /^#![^\n]*\bnode\b/.test(content?.toString('latin1', 0, 200) ?? '')
}
