/**
 * `FILE#EXPORT`, what commands are told to run: a function that stands for it, and nothing of the file runs here.
 */
import { existsSync, realpathSync, statSync } from 'node:fs'
import path from 'node:path'
import { standInFor } from '../cloudpickle/capture/stand-ins.ts'
import { ModulePickleError } from '../errors.ts'
import { workingDirectory } from '../snapshot/pack/working-directory.ts'
import { UsageError } from './command.ts'
import { suggestion } from './suggest.ts'

interface FileReference {
  readonly file: string
  /** Undefined for all of the file. */
  readonly name: string | undefined
}

/** @throws UsageError where there is no such file, or it is a directory */
export function parseReference(text: string): FileReference {
  const hash = text.lastIndexOf('#')
  const [given, name] = hash <= 0 || existsSync(text) ? [text, ''] : [text.slice(0, hash), text.slice(hash + 1)]
  const file = path.resolve(given)
  if (!existsSync(file)) throw new UsageError(`There is no file ${file}.`)
  if (statSync(file).isDirectory()) throw new UsageError(`${file} is a directory. Name a file in it.`)
  return { file: realpathSync(file), name: name === '' ? undefined : name }
}

/**
 * The function that `text` names; without a name, the default export.
 * @throws UsageError where there is none; ModulePickleError where its project cannot be packed
 */
export function exportedFunction(text: string): (...args: readonly unknown[]) => unknown {
  const { file, name = 'default' } = parseReference(text)
  const source = workingDirectory()
  const place = source.locate(file)
  if (!place) {
    throw new ModulePickleError(
      'ERR_MODULE_OUTSIDE_ROOT',
      `${file} belongs to no project: there is no package.json above it, or it is installed. Add one to the directory that is your project's root.`,
    )
  }
  const packed = source.pack(place.root, [file])
  const inside = packed.pathOf(file)
  const [first = ''] = name.split('.', 1)
  if (!packed.hasBinding(inside, first)) throw noExport(file, name, packed.exportNamesOf(inside) ?? [])
  return standInFor(file, name)
}

function noExport(file: string, name: string, known: Iterable<string>): UsageError {
  const names = [...known]
  const has = names.length === 0 ? 'It exports nothing.' : `It exports ${names.toSorted().join(', ')}.`
  return new UsageError(`${file} has no export ${name}.${suggestion(name, names) || ` ${has}`}`)
}
