/**
 * Where a position of a loaded text lies in the file that the author wrote, for text that a loader has rewritten.
 *
 * Most loaders leave a source map in the text. vite keeps its maps to itself and corrects stack traces: so it is asked what a
 * stack trace would show for the position.
 */
import { SourceMap, type SourceMapping } from 'node:module'
import path from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import vm from 'node:vm'

/** Zero-based line and column. */
export interface Position {
  readonly line: number
  readonly column: number
}

/** undefined where nothing is known of a position. */
export type AuthorLines = (position: Position) => Position | undefined

/**
 * The map in the text itself. That of compiled JavaScript, which leads away from the file that was loaded, does not count: there
 * the compiled file is the author's.
 */
export function mappedLines(text: string, file: string): AuthorLines | undefined {
  const inline = [...text.matchAll(inlineMap)].at(-1)
  if (!inline) return undefined
  const payload = JSON.parse(Buffer.from(inline[1]!, 'base64').toString()) as MapPayload
  if (!/\.[cm]?tsx?$/.test(file) && !leadsTo(payload, file)) return undefined
  const map = new SourceMap(payload as never)
  return ({ line, column }) => {
    const entry = map.findEntry(line, column) as Partial<SourceMapping>
    if (entry.originalLine === undefined || entry.originalColumn === undefined) return undefined
    return { line: entry.originalLine, column: entry.originalColumn }
  }
}

interface MapPayload {
  readonly sources: readonly (string | null)[]
  readonly sourceRoot?: string
}

const inlineMap = /^\/\/# sourceMappingURL=data:application\/json[^,]*;base64,(\S+)/gm

function leadsTo({ sources, sourceRoot = '' }: MapPayload, file: string): boolean {
  const base = pathToFileURL(file).href
  return sources.some(source => {
    if (source === null) return false
    const url = path.isAbsolute(source) ? pathToFileURL(source).href : sourceRoot + source
    return URL.canParse(url, base) && new URL(url, base).href === base
  })
}

/**
 * What `Error.prepareStackTrace`, where vite has put its own, makes of a frame at the position. vitest's pools with a context for
 * each file have it in the realm of the process alone.
 */
export function tracedLines(file: string): AuthorLines | undefined {
  const ofProcess = vm.runInThisContext('globalThis.Error') as ErrorConstructor
  const errors = [Error, ofProcess].filter(each => typeof prepareOf(each) === 'function')
  if (errors.length === 0) return undefined
  return position => errors.map(each => traced(each, file, position)).find(found => found !== undefined)
}

function prepareOf(error: ErrorConstructor): unknown {
  return Reflect.get(error, 'prepareStackTrace')
}

function traced(error: ErrorConstructor, file: string, { line, column }: Position): Position | undefined {
  const frames = [frameAt(file, line, column)]
  const trace: unknown = Reflect.apply(prepareOf(error) as Function, error, [new Error('position'), frames])
  const shown = typeof trace === 'string' ? /\(?((?:file:)?[^\s(]*):(\d+):(\d+)\)?$/.exec(trace) : null
  if (shown === null || asPath(shown[1]!) !== file) return undefined
  return { line: Number(shown[2]) - 1, column: Number(shown[3]) - 1 }
}

function asPath(name: string): string {
  return name.startsWith('file:') ? fileURLToPath(name) : name
}

/** A call site as V8 gives it to `prepareStackTrace`. */
function frameAt(file: string, line: number, column: number): object {
  const nothing = (): null => null
  const no = (): boolean => false
  const name = (): string => file
  return Object.create({
    getFileName: name,
    getScriptNameOrSourceURL: name,
    getLineNumber: () => line + 1,
    getColumnNumber: () => column + 1,
    getFunctionName: nothing,
    getTypeName: nothing,
    getMethodName: nothing,
    getEvalOrigin: nothing,
    getFunction: nothing,
    getThis: nothing,
    getPromiseIndex: nothing,
    getScriptHash: nothing,
    getEnclosingLineNumber: nothing,
    getEnclosingColumnNumber: nothing,
    getPosition: () => 0,
    isNative: no,
    isEval: no,
    isConstructor: no,
    isAsync: no,
    isPromiseAll: no,
    isToplevel: () => true,
    toString: () => `${name()}:${line + 1}:${column + 1}`,
  }) as object
}
