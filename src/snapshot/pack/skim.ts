/**
 * What a module imports, declares and exports, read from its words: a tenth of the time of a syntax tree.
 *
 * Input is what oxc has printed, so that it parses and every statement that is no block ends in `;`. Output is what a syntax tree
 * would tell, or undefined wherever the words alone could be read in two ways, or say more than this can read.
 */
import type { DeclarationKind, ModuleRequest } from '../../cloudpickle/source/module-record.ts'
import { WordReader, type Word } from './word-reader.ts'

interface Skimmed {
  readonly requests: readonly ModuleRequest[]
  readonly declarations: ReadonlyMap<string, DeclarationKind>
  /** undefined where `export *` hides some. */
  readonly exportNames: ReadonlySet<string> | undefined
  /** Where the text has private names: whole statements of the top level, as start and end. */
  readonly privates: readonly (readonly [number, number])[]
}

/** Where a module names others, or Node's own variables, in ways that take a syntax tree to read. */
const telling = new Set([
  'require',
  'createRequire',
  'exports',
  '__filename',
  '__vite_ssr_import__',
  '__vite_ssr_dynamic_import__',
])
const declaring = new Set(['const', 'let', 'var', 'class', 'function', 'export', 'import', 'using', 'enum'])
/** After these comes an expression. */
const openingWords = new Set([
  'new',
  'extends',
  'typeof',
  'void',
  'await',
  'in',
  'instanceof',
  'return',
  'throw',
  'default',
])

const brackets = new Map([
  ['(', ')'],
  ['[', ']'],
  ['{', '}'],
  ['${', '}$'],
])
const closingBrackets = new Set(brackets.values())

export function skimModule(code: string): Skimmed | undefined {
  try {
    return new Skim(code).read()
  } catch (error) {
    if (error === unsure) return undefined
    throw error
  }
}

const unsure = Symbol('unsure')

class Skim {
  readonly #reader: WordReader
  readonly #requests: ModuleRequest[] = []
  readonly #declarations = new Map<string, DeclarationKind>()
  readonly #exports = new Set<string>()
  readonly #privates: [number, number][] = []
  #hidesExports = false
  #hasPrivate = false
  #word: Word

  constructor(code: string) {
    this.#reader = new WordReader(code, () => {
      throw unsure
    })
    this.#word = this.#reader.word
  }

  read(): Skimmed {
    this.#next()
    while (!this.#is('')) {
      const { start } = this.#word
      this.#statement()
      if (this.#hasPrivate) this.#privates.push([start, this.#word.start])
      this.#hasPrivate = false
    }
    return {
      requests: this.#requests,
      declarations: this.#declarations,
      exportNames: this.#hidesExports ? undefined : this.#exports,
      privates: this.#privates,
    }
  }

  /** The next word of the top level, or of what is skipped; every word is looked at. */
  #next(): void {
    this.#reader.next()
    const { text, kind } = this.#word
    if (kind !== 'name') return
    if (telling.has(text)) throw unsure
    if (text.startsWith('#')) this.#hasPrivate = true
  }

  #is(text: string): boolean {
    return this.#word.text === text
  }

  #statement(): void {
    switch (this.#word.text) {
      case 'import':
        return this.#import()
      case 'export':
        return this.#export()
      case 'async':
      case 'function':
      case 'class':
      case 'const':
      case 'let':
      case 'var':
        this.#declaration()
        return
      default:
        this.#skipStatement()
    }
  }

  #import(): void {
    this.#next()
    // What Node does not run yet is for the parser to refuse.
    if (this.#is('defer') || this.#is('source')) throw unsure
    while (this.#word.kind !== 'string') {
      if (this.#is('{')) this.#skipBrackets()
      else if (this.#word.kind === 'name' || this.#is(',') || this.#is('*')) this.#next()
      else throw unsure
    }
    this.#request('import')
  }

  #request(kind: 'import' | 'export'): void {
    const { start, end, source } = this.#word
    const specifier = source.slice(start + 1, end - 1)
    if (this.#word.kind !== 'string' || specifier.includes('\\')) throw unsure
    this.#requests.push({ kind, specifier, parts: [specifier], start, end })
    this.#skipStatement()
  }

  #export(): void {
    this.#next()
    switch (this.#word.text) {
      case '*':
        return this.#exportAll()
      case '{':
        return this.#exportNames()
      case 'default':
        return this.#exportDefault()
      default:
        for (const name of this.#declaration()) this.#exports.add(name)
    }
  }

  #exportAll(): void {
    this.#next()
    if (this.#is('as')) {
      this.#next()
      this.#exports.add(this.#name())
    } else this.#hidesExports = true
    if (!this.#is('from')) throw unsure
    this.#next()
    this.#request('export')
  }

  #exportNames(): void {
    this.#next()
    while (!this.#is('}')) {
      let exported = this.#name()
      if (this.#is('as')) {
        this.#next()
        exported = this.#name()
      }
      this.#exports.add(exported)
      if (this.#is(',')) this.#next()
      else if (!this.#is('}')) throw unsure
    }
    this.#next()
    if (this.#is('from')) {
      this.#next()
      this.#request('export')
    } else this.#skipStatement()
  }

  #exportDefault(): void {
    this.#exports.add('default')
    this.#next()
    if (this.#is('async')) this.#next()
    if (this.#is('function') || this.#is('class')) {
      if (this.#functionOrClass() === undefined) this.#declarations.set('*default*', 'const')
      return
    }
    this.#declarations.set('*default*', 'const')
    this.#skipStatement()
  }

  /** The names that are declared. */
  #declaration(): string[] {
    const { text } = this.#word
    if (text === 'function' || text === 'class') return [this.#functionOrClass() ?? this.#unsure()]
    if (text === 'async') {
      this.#next()
      return this.#is('function') ? [this.#functionOrClass() ?? this.#unsure()] : this.#unsure()
    }
    if (text !== 'const' && text !== 'let' && text !== 'var') throw unsure
    const names: string[] = []
    do {
      this.#next()
      // Patterns are read by the parser.
      const name = this.#name()
      this.#declarations.set(name, text)
      names.push(name)
      this.#skipTo(',')
    } while (this.#is(','))
    this.#next()
    return names
  }

  /** Its name, if it has one. */
  #functionOrClass(): string | undefined {
    const kind = this.#word.text as 'function' | 'class'
    this.#next()
    if (this.#is('*')) this.#next()
    const isNamed = this.#word.kind === 'name' && !this.#is('extends')
    const name = isNamed ? this.#name() : undefined
    if (name !== undefined) this.#declarations.set(name, kind)
    // What a class extends may have braces of its own.
    if (this.#is('extends')) {
      this.#next()
      if (this.#word.kind !== 'name' || declaring.has(this.#word.text)) throw unsure
      this.#next()
      while (this.#is('.')) {
        this.#next()
        this.#name()
      }
    }
    if (kind === 'function') this.#skipBrackets()
    if (!this.#is('{')) throw unsure
    this.#skipBrackets()
    return name
  }

  #name(): string {
    const { text, kind } = this.#word
    if (kind !== 'name') throw unsure
    this.#next()
    return text
  }

  /** To the end of a statement that declares nothing: past its `;`, or past the `}` that another statement follows. */
  #skipStatement(): void {
    let previous = ''
    for (;;) {
      const { text } = this.#word
      if (text === '') return
      if (text === ';') return this.#next()
      if (previous === '}' && (text === 'async' || declaring.has(text))) return
      previous = this.#skipWord(previous)
    }
  }

  /** To the `,` or `;` that ends an initializer. */
  #skipTo(separator: string): void {
    let previous = ''
    while (!this.#is(separator) && !this.#is(';')) {
      if (this.#is('')) throw unsure
      previous = this.#skipWord(previous)
    }
  }

  /** One word, or all between two brackets. Returns the last word of it. */
  #skipWord(previous: string): string {
    const { text } = this.#word
    const isExpression = (text === 'class' || text === 'function') && opensExpression(previous)
    const isMember = previous === '.' || previous === '?.'
    if (declaring.has(text) && !isExpression && !isMember) throw unsure
    const closing = brackets.get(text)
    if (closing === undefined) this.#next()
    else this.#skipBrackets()
    return closing ?? text
  }

  /** From an opening bracket past the one that closes it. */
  #skipBrackets(): void {
    if (!brackets.has(this.#word.text)) throw unsure
    let depth = 0
    do {
      const { text } = this.#word
      if (brackets.has(text)) depth++
      else if (closingBrackets.has(text)) depth--
      else if (text === 'var' || text === 'import' || text === '') throw unsure
      this.#next()
    } while (depth > 0)
  }

  #unsure(): never {
    throw unsure
  }
}

function opensExpression(previous: string): boolean {
  return openingWords.has(previous) || previous === 'async' || /^[=(,:?[!&|+\-*/%^~<>]/.test(previous)
}
