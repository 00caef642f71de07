/**
 * A script as V8 has loaded it: its file, its text, what the text declares, and where a position lies in the author's source.
 *
 * The text in V8, not the file on disk, is what gets parsed: loaders rewrite it. Everything is computed once, on demand.
 */
import path from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import type { FunctionSite, LexicalScopes } from '../source/lexical-scopes.ts'
import type { ModuleRecord } from '../source/module-record.ts'
import { isStrictDirective, readTokens, type Node, type Token } from '../source/parse.ts'
import { readLexicalScopes } from '../source/read-lexical-scopes.ts'
import { readModule } from '../source/read-module.ts'
import { countBefore, within } from '../source/sorted-spans.ts'
import { mappedLines, tracedLines, type AuthorLines, type Position } from './author-lines.ts'
import type { ScriptInfo, ScriptPosition } from './debugging.ts'
import type { Inspector } from './inspector.ts'

export class LoadedScript {
  readonly url: string
  /** Absolute path of the file; undefined for builtin and evaluated scripts. */
  readonly file: string | undefined
  readonly isModule: boolean
  readonly text: string
  readonly #startLine: number
  readonly #startColumn: number
  #record: ModuleRecord | undefined
  #freePrefix: string | undefined
  #scopes: LexicalScopes | undefined
  #lineStarts: number[] | undefined
  #authorLines: AuthorLines | null | undefined
  #tokens: readonly Token[] | undefined
  readonly #sites = new Map<string, FunctionSite | undefined>()

  constructor({ url, isModule, startLine, startColumn }: ScriptInfo, text: string) {
    this.url = url
    this.file = fileOf(url)
    this.isModule = isModule
    this.#startLine = startLine
    this.#startColumn = startColumn
    this.text = text
  }

  get record(): ModuleRecord {
    return (this.#record ??= readModule(this.text, this.isModule ? 'module' : 'script', this.file ?? this.url))
  }

  /** Whether all of it is strict code. */
  get isStrict(): boolean {
    const { program, body } = this.record
    return this.isModule || [...program.body, ...body].some(isStrictDirective)
  }

  /** What names begin with that the text does not have. */
  get freePrefix(): string {
    if (this.#freePrefix === undefined) {
      let prefix = '$mp'
      for (let count = 1; this.text.includes(prefix); count++) prefix = `$mp${count}`
      this.#freePrefix = prefix
    }
    return this.#freePrefix
  }

  get scopes(): LexicalScopes {
    return (this.#scopes ??= readLexicalScopes(this.record))
  }

  /**
   * The function whose V8 position this is. V8 places a function at its parameter list, an arrow at its start, and a class
   * at its constructor or at its start; so it is the innermost site whose head holds the position.
   */
  siteAt(location: ScriptPosition, isClass: boolean): FunctionSite | undefined {
    const offset = this.#offsetOf(location)
    const key = `${offset}${isClass ? ' class' : ''}`
    if (!this.#sites.has(key)) this.#sites.set(key, this.#innermostSite(offset, isClass))
    return this.#sites.get(key)
  }

  #innermostSite(offset: number, isClass: boolean): FunctionSite | undefined {
    const { functions } = this.scopes
    let index = countBefore(functions, offset + 1, ({ node }) => node.start) - 1
    while (index >= 0 && !holds(functions[index]!, offset, isClass)) index--
    return functions[index]
  }

  /** Where `offset` of the loaded text lies in the file that the author wrote. */
  originalPosition(offset: number): Position {
    const position = this.loadedPosition(offset)
    return this.#mapped()?.(position) ?? position
  }

  /** Whether the loaded text has other lines than the author's file. */
  get isTransformed(): boolean {
    return this.#mapped() !== null
  }

  /** The tokens of `node`, in order. */
  tokensOf(node: Node): readonly Token[] {
    this.#tokens ??= readTokens(this.text, this.record.kind, this.file ?? this.url)
    return within(this.#tokens, node)
  }

  #mapped(): AuthorLines | null {
    if (this.#authorLines === undefined) {
      const { file } = this
      const inText = file === undefined ? undefined : mappedLines(this.text, file)
      const isVite = inText === undefined && file !== undefined && this.record.wrapper === 'vite'
      this.#authorLines = inText ?? (isVite ? tracedLines(file) : undefined) ?? null
    }
    return this.#authorLines
  }

  /** Where V8 says that `offset` of the loaded text is. */
  loadedPosition(offset: number): Position {
    const starts = this.#starts()
    const index = countBefore(starts, offset + 1, start => start) - 1
    const column = offset - starts[index]!
    return { line: index + this.#startLine, column: index === 0 ? column + this.#startColumn : column }
  }

  #offsetOf({ line, column }: ScriptPosition): number {
    const index = line - this.#startLine
    return (this.#starts()[index] ?? 0) + column - (index === 0 ? this.#startColumn : 0)
  }

  #starts(): number[] {
    if (!this.#lineStarts) {
      this.#lineStarts = [0]
      const lineBreak = /\r\n|[\n\r\u2028\u2029]/g
      while (lineBreak.exec(this.text)) this.#lineStarts.push(lineBreak.lastIndex)
    }
    return this.#lineStarts
  }
}

/** The scripts of this process that captured functions come from, by V8's script id. */
export class LoadedScripts {
  readonly #inspector: Inspector
  readonly #scripts = new Map<string, LoadedScript | undefined>()

  constructor(inspector: Inspector) {
    this.#inspector = inspector
  }

  get(scriptId: string): LoadedScript | undefined {
    if (!this.#scripts.has(scriptId)) {
      const info = this.#inspector.debugging.script(scriptId)
      const script = info && new LoadedScript(info, this.#inspector.debugging.source(scriptId))
      this.#scripts.set(scriptId, script)
    }
    return this.#scripts.get(scriptId)
  }

  /** The script that was loaded from a file; undefined where none is known, or several are. */
  ofFile(file: string): LoadedScript | undefined {
    const id =
      this.#inspector.debugging.scriptOfUrl(pathToFileURL(file).href) ?? this.#inspector.debugging.scriptOfUrl(file)
    return id === undefined ? undefined : this.get(id)
  }
}

function fileOf(url: string): string | undefined {
  if (path.isAbsolute(url)) return url
  // `node --input-type=module -e` runs under the URL of a file that is not there.
  if (!url.startsWith('file:') || /\/\[eval\d*\]$/.test(url)) return undefined
  const parsed = new URL(url)
  parsed.search = ''
  parsed.hash = ''
  return fileURLToPath(parsed)
}

function holds({ node, code, form }: FunctionSite, offset: number, isClass: boolean): boolean {
  if (isClass !== (form === 'class') || offset < node.start) return false
  if (code.type === 'ClassDeclaration' || code.type === 'ClassExpression') return offset < node.end
  return 'body' in code && offset <= (code.body as { start: number }).start
}
