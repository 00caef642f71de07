/**
 * JavaScript as words: names, literals and marks, without comments. It says that it is unsure where only a parser can tell what a
 * slash begins, and of what no compiler prints.
 */
export interface Word {
  readonly source: string
  /** '' at the end of the text. Of a literal only the kind counts. */
  text: string
  kind: 'name' | 'string' | 'literal' | 'mark' | 'end'
  start: number
  end: number
}

/** Before these and after a bracketed condition a slash begins a regular expression. */
const beforeExpression = new Set(
  'return typeof instanceof in new delete void throw case do else yield await extends default'.split(' '),
)
const conditions = new Set(['if', 'while', 'for', 'with'])

const [tab, space, hash, dollar, backtick, slash, star, backslash] = [9, 32, 35, 36, 96, 47, 42, 92]
const [quote, apostrophe, open, close, openBrace, closeBrace] = [34, 39, 40, 41, 123, 125]

export class WordReader {
  /** The current word; always this object. */
  readonly word: Word
  readonly #text: string
  readonly #unsure: () => never
  /** Of each open bracket: whether it is that of a condition, or of a template's expression. */
  readonly #brackets: ('condition' | 'template' | 'unknown' | 'other')[] = []
  /** Whether a slash would divide what came before; undefined where that cannot be told. */
  #divides: boolean | undefined = false
  #beforeName = ''

  constructor(text: string, unsure: () => never) {
    this.#text = text
    this.#unsure = unsure
    this.word = { source: text, text: '', kind: 'end', start: 0, end: 0 }
  }

  /** Reads the next word. */
  next(): void {
    const { word } = this
    const text = this.#text
    let at = word.end
    for (;;) {
      const code = text.charCodeAt(at)
      if (code === space || (code >= tab && code <= 13)) at++
      else if (code === slash && text.charCodeAt(at + 1) === slash) at = this.#endOf('\n', at)
      else if (code === slash && text.charCodeAt(at + 1) === star) at = this.#endOf('*/', at + 2)
      else break
    }
    word.start = at
    const code = text.charCodeAt(at)
    if (at >= text.length) this.#set('end', '', at)
    else if (isNamePart(code) && !isDigit(code)) this.#name(at)
    else if (isDigit(code) || (code === 46 && isDigit(text.charCodeAt(at + 1)))) this.#number(at)
    else if (code === quote || code === apostrophe) this.#string(at, code)
    else if (code === backtick) this.#template(at + 1)
    else if (code === slash) this.#slash(at)
    else if (code === hash && isNamePart(text.charCodeAt(at + 1))) this.#name(at)
    else if (code === hash || code === 64 || code === backslash || code > 127) this.#unsure()
    else this.#mark(at, code)
  }

  #set(kind: Word['kind'], text: string, end: number): void {
    this.word.kind = kind
    this.word.text = text
    this.word.end = end
  }

  #name(start: number): void {
    let end = start + 1
    while (isNamePart(this.#text.charCodeAt(end))) end++
    if (this.#text.charCodeAt(end) > 127 || this.#text.charCodeAt(end) === backslash) this.#unsure()
    const isMember = this.word.text === '.' || this.word.text === '?.'
    const text = this.#text.slice(start, end)
    this.#set('name', text, end)
    // `of` is a name as well.
    this.#divides = isMember || (text === 'of' ? undefined : !beforeExpression.has(text))
    this.#beforeName = isMember ? '' : text
  }

  #number(start: number): void {
    let end = start
    while (isNamePart(this.#text.charCodeAt(end)) || this.#text.charCodeAt(end) === 46) end++
    // The sign of an exponent is read as a mark of its own, which changes nothing.
    this.#set('literal', '0', end)
    this.#divides = true
  }

  #string(start: number, code: number): void {
    const text = this.#text
    let at = start + 1
    for (let next = text.charCodeAt(at); next !== code; next = text.charCodeAt(at)) {
      if (at >= text.length || next === 10) this.#unsure()
      at += next === backslash ? 2 : 1
    }
    this.#set('string', '""', at + 1)
    this.#divides = true
  }

  /** From inside a template to its end, or to the expression that interrupts it. */
  #template(start: number): void {
    const text = this.#text
    for (let at = start; at < text.length; at++) {
      const code = text.charCodeAt(at)
      if (code === backslash) at++
      else if (code === backtick) {
        this.#set('literal', '``', at + 1)
        this.#divides = true
        return
      } else if (code === dollar && text.charCodeAt(at + 1) === openBrace) {
        this.#brackets.push('template')
        this.#set('mark', '${', at + 2)
        this.#divides = false
        return
      }
    }
    this.#unsure()
  }

  #slash(start: number): void {
    if (this.#divides === undefined) this.#unsure()
    if (this.#divides) {
      this.#set('mark', '/', start + 1)
      this.#divides = false
      return
    }
    const text = this.#text
    let isClass = false
    let at = start + 1
    for (let code = text.charCodeAt(at); isClass || code !== slash; code = text.charCodeAt(++at)) {
      if (at >= text.length || code === 10) this.#unsure()
      if (code === backslash) at++
      else if (code === 91) isClass = true
      else if (code === 93) isClass = false
    }
    at++
    while (isNamePart(text.charCodeAt(at))) at++
    this.#set('literal', '//', at)
    this.#divides = true
  }

  #mark(start: number, code: number): void {
    if (code === closeBrace && this.#brackets.at(-1) === 'template') return this.#endOfExpression(start)
    const wasName = this.word.kind === 'name'
    const next = this.#text.charCodeAt(start + 1)
    const isDouble = (code === 43 || code === 45 || code === 61) && (next === code || (code === 61 && next === 62))
    const isOptional = code === 63 && next === 46
    const isSpread = code === 46 && next === 46
    const end = start + (isSpread ? 3 : isDouble || isOptional ? 2 : 1)
    this.#set('mark', this.#text.slice(start, end), end)
    this.#divides = false
    if (code === open || code === 91 || code === openBrace) {
      this.#brackets.push(code === open && wasName ? this.#parenthesis() : 'other')
    } else if (code === close || code === 93 || code === closeBrace) {
      const bracket = this.#brackets.pop() ?? this.#unsure()
      this.#divides = code === closeBrace ? undefined : bracket === 'unknown' ? undefined : bracket !== 'condition'
    } else if (isDouble && code !== 61) this.#divides = undefined
  }

  /** `for await (…)` and `await (…)` look the same. */
  #parenthesis(): 'condition' | 'unknown' | 'other' {
    return conditions.has(this.#beforeName) ? 'condition' : this.#beforeName === 'await' ? 'unknown' : 'other'
  }

  /** The rest of a template. */
  #endOfExpression(start: number): void {
    this.#brackets.pop()
    this.#template(start + 1)
    // Another expression begins: this bracket closes and the next one opens in one word.
    if (this.word.kind === 'mark') this.#set('literal', '``', this.word.end)
    else this.#set('mark', '}$', this.word.end)
  }

  #endOf(mark: string, from: number): number {
    const end = this.#text.indexOf(mark, from)
    return end < 0 ? this.#text.length : end + mark.length
  }
}

function isNamePart(code: number): boolean {
  return (code >= 97 && code <= 122) || (code >= 65 && code <= 90) || isDigit(code) || code === 95 || code === dollar
}

function isDigit(code: number): boolean {
  return code >= 48 && code <= 57
}
