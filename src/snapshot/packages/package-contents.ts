/**
 * What installed packages hold, read once: as long as no file has another stat, a package is neither read nor hashed again.
 *
 * Remembered in this process and, through a StampStore, for the next one. The store is advice: without it all is read.
 */
import {
  listPackageFiles,
  readContent,
  readEntries,
  stampOf,
  type PackageContent,
  type PackageEntry,
  type PackageFile,
} from './package-files.ts'
import type { StampStore } from './stamp-store.ts'

interface Known {
  readonly stamp: string
  readonly content: PackageContent
}

/** A file that was written within a clock tick of being read may change again and keep its stamp. */
const clockTickNs = 50_000_000n

export class PackageContents {
  readonly #stamps: StampStore | undefined
  readonly #known = new Map<string, Known>()
  readonly #entries = new Map<string, { readonly stamp: string; readonly entries: readonly PackageEntry[] }>()

  constructor(stamps: StampStore | undefined) {
    this.#stamps = stamps
  }

  /**
   * The content of the package in `directory` now; the same object as long as it is the same. `names` are those whose
   * mention in its code matters.
   */
  of(directory: string, names: readonly string[]): PackageContent {
    const files = listPackageFiles(directory)
    const stamp = stampOf(files, names)
    const known = this.#known.get(directory)
    if (known?.stamp === stamp) return known.content
    const isSettled = !files.some(isYoung)
    const content = (isSettled && this.#stamps?.get(directory, stamp)) || readContent(directory, files, names)
    if (!isSettled) return content
    this.#known.set(directory, { stamp, content })
    this.#stamps?.put(directory, stamp, content)
    return content
  }

  /** Each file of the package in `directory` with its id. */
  entriesOf(directory: string): readonly PackageEntry[] {
    const files = listPackageFiles(directory)
    const stamp = stampOf(files, [])
    const known = this.#entries.get(directory)
    if (known?.stamp === stamp) return known.entries
    const entries = readEntries(directory, files, () => {})
    if (!files.some(isYoung)) this.#entries.set(directory, { stamp, entries })
    return entries
  }
}

function isYoung({ stat: { ctimeNs, mtimeNs } }: PackageFile): boolean {
  const youngest = mtimeNs > ctimeNs ? mtimeNs : ctimeNs
  return BigInt(Date.now()) * 1_000_000n - youngest < clockTickNs
}
