/**
 * Whether a file has changed since this process loaded it.
 *
 * A file that is older than the process has not. Else the text that V8 has is compared with the disk: as it is, with types blanked
 * out as Node does, or through the source that a transformed text carries. Where a loader left none of these, what was on the disk
 * when this was first asked counts as loaded. One stat a file as long as nothing changes.
 */
import { readFileSync, statSync } from 'node:fs'
import { performance } from 'node:perf_hooks'
import { loadedText } from './cloudpickle/capture/session.ts'
import { ModulePickleError } from './errors.ts'

interface Judged {
  readonly stamp: string
  hasWarned?: boolean
  readonly isChanged: boolean
  /** What the disk had when it was first asked. */
  readonly firstSeen: string
}

const judged = new Map<string, Judged>()

/**
 * Text that was loaded travels with modules as the disk has them: says so where `files` are not both.
 * @throws ModulePickleError ERR_CODE_CHANGED with `refuse`
 */
export function reportChanged(files: Iterable<string>, reaction: 'warn' | 'refuse'): void {
  for (const file of files) {
    if (!hasChangedSinceLoaded(file)) continue
    const message =
      `${file} has changed since this program loaded it. Functions that travel by value take along what was loaded; modules that ` +
      'they name are as the disk has them now. Restart the program to have all of one state.'
    if (reaction === 'refuse') throw new ModulePickleError('ERR_CODE_CHANGED', message)
    const known = judged.get(file)
    if (known?.hasWarned) continue
    if (known) known.hasWarned = true
    process.emitWarning(message, { type: 'ModulePickleWarning', code: 'ERR_CODE_CHANGED' })
  }
}

/** Whether this process has `file` loaded as `text`; undefined where that cannot be told. */
export function isLoadedAs(file: string, text: string): boolean | undefined {
  const firstSeen = judged.get(file)?.firstSeen
  const isLoaded = isLoadedForm(loadedText(file), text, isTypeScript(file))
  return isLoaded ?? (firstSeen === undefined ? undefined : firstSeen === text)
}

function isTypeScript(file: string): boolean {
  return /\.[cm]?ts$/.test(file)
}

function hasChangedSinceLoaded(file: string): boolean {
  const stat = statSync(file, { throwIfNoEntry: false })
  if (!stat?.isFile()) return false
  const stamp = `${stat.ino} ${stat.size} ${stat.mtimeMs} ${stat.ctimeMs}`
  const known = judged.get(file)
  if (known?.stamp === stamp) return known.isChanged
  const text = readFileSync(file, 'utf8')
  const firstSeen = known?.firstSeen ?? text
  const isOlder = Math.max(stat.ctimeMs, stat.mtimeMs) < performance.timeOrigin
  const isChanged = !isOlder && !(isLoadedForm(loadedText(file), text, isTypeScript(file)) ?? text === firstSeen)
  judged.set(file, { stamp, isChanged, firstSeen })
  return isChanged
}

/** Is `loaded` what `text` became? undefined where that cannot be told. */
function isLoadedForm(loaded: string | undefined, text: string, isTypeScript: boolean): boolean | undefined {
  if (loaded === undefined) return undefined
  const plain = text.replace(/^\ufeff/, '')
  if (loaded === plain || (isTypeScript && isBlankedOut(loaded, plain))) return true
  const map = /\/\/# sourceMappingURL=data:application\/json[^,]*;base64,([\w+/=]+)\s*$/.exec(loaded)
  if (map === null || text.includes(map[0])) return isTransformed(loaded) ? undefined : false
  const { sourcesContent } = JSON.parse(Buffer.from(map[1]!, 'base64').toString()) as { sourcesContent?: unknown[] }
  const [source] = sourcesContent ?? []
  return typeof source === 'string' ? source === plain : undefined
}

/** Node puts spaces where types were, now and then a semicolon, and a comment at the end. */
function isBlankedOut(loaded: string, text: string): boolean {
  if (!/^(?:\s*\/\/# sourceURL=\S*\s*)?$/.test(loaded.slice(text.length))) return false
  for (let index = 0; index < text.length; index++) {
    const char = loaded[index]
    if (char !== text[index] && char !== ' ' && char !== ';') return false
  }
  return true
}

/** By vite or Jest. */
function isTransformed(loaded: string): boolean {
  return /__vite_ssr_|__vi_import_|^\(\{"Object\.<anonymous>"/.test(loaded)
}
