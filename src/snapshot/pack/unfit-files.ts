/**
 * Files and links that no snapshot can hold: by their names, because of another file's name, or by where they lead.
 *
 * What code reaches is refused when the trees are made; anything else is left out, and told of, so that a stray log file stops
 * nothing.
 */
import path from 'node:path'
import { foldName } from '../objects/file-name.ts'

const told = new Set<string>()
/** More would bury what matters; explain() names all. */
const maximumNamed = 5

/** Warns by `WARN_PATH_LEFT_OUT`, once for each of `unfit`: a path here, and what is wrong with it. */
export function warnOfUnfit(root: string, unfit: ReadonlyMap<string, string>): void {
  const fresh = [...unfit].filter(([file]) => !told.has(file))
  if (fresh.length === 0) return
  for (const [file] of fresh) told.add(file)
  const lines = fresh.slice(0, maximumNamed).map(([file, fault]) => `  ${JSON.stringify(file)}: ${fault}`)
  if (fresh.length > maximumNamed) lines.push(`  and ${fresh.length - maximumNamed} more`)
  const message = `Left out of the snapshot of ${root}:\n${lines.join('\n')}\nCode on the other end will not find it. Rename it, or name it in "modulepickle": { "exclude": […] } of package.json.`
  process.emitWarning(message, { type: 'ModulePickleWarning', code: 'WARN_PATH_LEFT_OUT' })
}

/** The paths of a snapshot as systems see them that tell neither case nor forms of one character apart. */
export class FoldedNames {
  /** Paths, folded, to the first that had that name. */
  readonly #claimed = new Map<string, string>()

  /** Says that a file, or a directory above it, has the name of `inside`, a path in the snapshot; else it is taken from now on. */
  claim(inside: string): string | undefined {
    const key = foldName(inside)
    const first = this.#claimed.get(key)
    if (first !== undefined) return first === inside ? undefined : first
    const above = path.posix.dirname(inside)
    const other = above === '.' ? undefined : this.claim(above)
    if (other === undefined) this.#claimed.set(key, inside)
    return other
  }
}
