/**
 * The files of one installed package as they lie on disk: what its content is, in both its forms.
 *
 * Everything in its directory belongs to it except the packages nested in its node_modules. What is native (addons, and what
 * was built from a binding.gyp) is told apart, because it is another one on each platform. Reads, and writes nothing.
 */
import { lstatSync, readdirSync, readFileSync, readlinkSync, type BigIntStats } from 'node:fs'
import { createHash } from 'node:crypto'
import path from 'node:path'
import { isInNodeModules } from '../../cloudpickle/source/installed-package.ts'
import { isModulePickleError } from '../../errors.ts'
import { buildTrees, type FileEntry } from '../objects/build-trees.ts'
import { objectId } from '../objects/object-id.ts'
import { isSecret } from '../objects/secrets.ts'
import type { ObjectId } from '../objects/snapshot.ts'

/** A file of a package: `path` is relative, with `/`. */
export interface PackageFile {
  readonly path: string
  readonly isLink: boolean
  isNative: boolean
  readonly stat: BigIntStats
}

/** A file of a package with the id of its content. */
export interface PackageEntry extends FileEntry {
  readonly sizeBytes: number
}

/** What a package holds, as far as it decides keys. */
export interface PackageContent {
  /** The tree of its files without native parts: the same on every platform. */
  readonly files: ObjectId
  /** The tree of all its files, where some are native. */
  readonly whole?: ObjectId
  /** Whether all its addons are built on Node-API, which is the same in every version of Node. */
  readonly isNodeApi?: boolean
  /** Which of the names that were asked for its code mentions. */
  readonly mentions: readonly string[]
}

/** Files and links below `directory`, in the order of their paths. */
export function listPackageFiles(directory: string): PackageFile[] {
  const isDownloaded = isInNodeModules(directory)
  const files: PackageFile[] = []
  const open = ['']
  for (let inside = open.pop(); inside !== undefined; inside = open.pop()) {
    for (const entry of readdirSync(path.join(directory, inside), { withFileTypes: true })) {
      const relative = inside === '' ? entry.name : `${inside}/${entry.name}`
      const isLeftOut = relative === 'node_modules' || entry.name === '.git' || (!isDownloaded && isSecret(relative))
      if (isLeftOut) continue
      const isLink = entry.isSymbolicLink()
      if (entry.isDirectory()) open.push(relative)
      else if (isLink || entry.isFile()) {
        const stat = lstatSync(path.join(directory, relative), { bigint: true })
        files.push({ path: relative, isLink, isNative: relative.endsWith('.node'), stat })
      }
    }
  }
  const isBuilt = files.some(file => file.path === 'binding.gyp')
  for (const file of files) file.isNative ||= isBuilt && file.path.startsWith('build/')
  return files.sort((a, b) => (a.path < b.path ? -1 : 1))
}

/** Changes whenever a file of the list, or of `names`, does: nothing can be written without a new ctime. */
export function stampOf(files: readonly PackageFile[], names: readonly string[]): string {
  const hash = createHash('sha256').update(JSON.stringify(names))
  for (const { path: relative, stat } of files) {
    hash.update(`${relative}\0${stat.mode} ${stat.ino} ${stat.size} ${stat.mtimeNs} ${stat.ctimeNs}\n`)
  }
  return hash.digest('hex')
}

/**
 * Every file as a tree's entry. Which are executable follows from what they hold: installers, umasks and platforms
 * differ about their modes.
 */
export function readEntries(
  directory: string,
  files: readonly PackageFile[],
  onContent: (file: PackageFile, content: Buffer) => void,
): PackageEntry[] {
  return files.map(file => {
    const { path: relative, isLink } = file
    const content = readPackageFile(directory, relative, isLink)
    if (!isLink) onContent(file, content)
    const mode = isLink ? '120000' : isExecutable(content) ? '100755' : '100644'
    return { path: relative, mode, id: objectId('blob', content), sizeBytes: content.byteLength }
  })
}

export function readPackageFile(directory: string, relative: string, isLink: boolean): Buffer {
  const file = path.join(directory, relative)
  return isLink ? Buffer.from(linkTarget(file)) : readFileSync(file)
}

/** Relative where it can be, so that it does not depend on where the package is installed. */
function linkTarget(link: string): string {
  const target = readlinkSync(link)
  const relative = path.isAbsolute(target) ? path.relative(path.dirname(link), target) : path.normalize(target)
  return relative.split(path.sep).join('/')
}

/** Scripts, and the executables of Linux and macOS. */
function isExecutable(content: Buffer): boolean {
  const magic = content.length < 4 ? '' : content.toString('latin1', 0, 4)
  return magic.startsWith('#!') || executableMagic.has(magic)
}

const executableMagic: ReadonlySet<string> = new Set([
  '\x7fELF',
  '\xcf\xfa\xed\xfe',
  '\xce\xfa\xed\xfe',
  '\xca\xfe\xba\xbe',
])

/** The content that `files` with their `entries` are; `names` are looked for in the code. */
export function readContent(
  directory: string,
  files: readonly PackageFile[],
  names: readonly string[],
): PackageContent {
  const mentions = new Set<string>()
  let isNodeApi = true
  const entries = readEntries(directory, files, (file, content) => {
    if (file.path.endsWith('.node')) isNodeApi &&= nodeApiEntries.some(symbol => content.includes(symbol))
    if (!/\.[cm]?js$/.test(file.path)) return
    for (const name of names) if (!mentions.has(name) && isMentioned(name, content)) mentions.add(name)
  })
  const portable = entries.filter((_, index) => !files[index]!.isNative)
  const content = { files: idOf(portable), mentions: [...mentions].sort() }
  return portable.length === entries.length ? content : { ...content, whole: idOf(entries), isNodeApi }
}

/** One of these is what Node calls in an addon that is built on Node-API. */
const nodeApiEntries: readonly string[] = [
  'napi_register_module_v',
  'node_api_module_get_api_version_v',
  'napi_module_register',
]

/** The id of the tree of `entries`; where no tree can hold one of the names, the package can be told but not copied. */
function idOf(entries: readonly FileEntry[]): ObjectId {
  try {
    return buildTrees(entries).id
  } catch (error) {
    if (!isModulePickleError(error, 'ERR_SNAPSHOT_PATH')) throw error
    const lines = entries.map(({ path: relative, mode, id }) => [relative, mode, id])
    return objectId('blob', Buffer.from(JSON.stringify(lines)))
  }
}

/** As the beginning of a string: a specifier. */
function isMentioned(name: string, text: Buffer): boolean {
  return ['"', "'", '`'].some(quote => text.includes(quote + name))
}
