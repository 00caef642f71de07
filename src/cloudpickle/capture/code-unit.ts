/**
 * The code of one script that travels by value, as one piece of text with everything else cut out.
 *
 * Each scope becomes a function that declares its variables and returns an object with a `$set` for them, a maker for each
 * closure made in it and one for each scope inside it. So the other end gets real variables, shared exactly as here, and every
 * function stands on its own line. The text is complete only when the whole value has been walked: more functions of the
 * same script may still turn up.
 */
import type { FunctionSite, Scope } from '../source/lexical-scopes.ts'
import type { AnyNode } from '../source/parse.ts'
import type { LoadedScript, Position } from './loaded-script.ts'
import type { SiteText } from './relined-text.ts'

export class CodeUnit {
  readonly script: LoadedScript
  readonly #root: ScopeCode
  readonly #scopes = new Map<Scope, ScopeCode>()

  constructor(script: LoadedScript) {
    this.script = script
    this.#root = new ScopeCode()
  }

  /** Adds a scope inside another one; returns the name of its maker. */
  addScope(scope: Scope, parent: Scope | undefined): string {
    const name = `$s${scope.node.start}`
    if (!this.#scopes.has(scope)) {
      const code = new ScopeCode()
      this.#scopes.set(scope, code)
      this.#codeOf(parent).children.set(name, code)
    }
    return name
  }

  /** Adds a variable of a scope, so that its closures find it. */
  addVariable(scope: Scope | undefined, name: string): void {
    this.#codeOf(scope).variables.add(name)
  }

  /** Adds a function made in a scope; returns the name of its maker. */
  addFunction(scope: Scope | undefined, site: FunctionSite, text: SiteText): string {
    const name = `$f${site.node.start}`
    this.#codeOf(scope).children.set(name, { site, ...text })
    return name
  }

  /** The text, to be run as a function body, and the line of the author's file that it begins on (zero-based). */
  generate(): { text: string; firstLine: number } {
    const writer = new CodeWriter(this.#root.firstLine())
    if (this.script.isStrict) writer.write('"use strict";')
    this.#root.writeBody(writer)
    return { text: writer.text, firstLine: writer.firstLine }
  }

  /** undefined is the module's own scope. */
  #codeOf(scope: Scope | undefined): ScopeCode {
    return scope ? this.#scopes.get(scope)! : this.#root
  }
}

type FunctionCode = SiteText & { readonly site: FunctionSite }

class ScopeCode {
  readonly variables = new Set<string>()
  readonly children = new Map<string, ScopeCode | FunctionCode>()

  firstLine(): number {
    const lines = [...this.children.values()].map(child =>
      child instanceof ScopeCode ? child.firstLine() : child.position.line,
    )
    return Math.min(...lines)
  }

  writeBody(writer: CodeWriter): void {
    const names = [...this.variables].toSorted()
    if (names.length > 0) writer.write(`let ${names.join(',')};`)
    writer.write('return{$set(){')
    for (const name of names) writer.write(`if("${name}"in arguments[0])${name}=arguments[0].${name};`)
    writer.write('}')
    for (const [name, child] of this.#inSourceOrder()) {
      if (child instanceof ScopeCode) {
        writer.write(`,${name}(){`)
        child.writeBody(writer)
        writer.write('}')
      } else writeFunction(writer, name, child)
    }
    writer.write('}')
  }

  #inSourceOrder(): [string, ScopeCode | FunctionCode][] {
    const start = ([name]: readonly [string, unknown]): number => Number(name.slice(2))
    return [...this.children].toSorted((a, b) => start(a) - start(b) || (a[0] < b[0] ? -1 : 1))
  }
}

/** A maker is an arrow, so that `this` of arrows inside it stays that of the module. */
function writeFunction(writer: CodeWriter, name: string, { site, text, position, isStrict }: FunctionCode): void {
  // The directive of a function around it is not part of the text; arrows that would see this maker's `this` never travel.
  writer.write(isStrict ? `,${name}(){"use strict";return(` : `,${name}:()=>(`)
  const { kind, type } = site.node as AnyNode & { kind?: 'init' | 'method' | 'get' | 'set' }
  const isMember = type === 'Property' || type === 'MethodDefinition'
  // The object that a method or accessor needs around it is thrown away; what stays is the function.
  if (isMember) writer.write('Object.values(Object.getOwnPropertyDescriptors({')
  writer.moveTo(position)
  writer.write(text)
  if (isMember) writer.write(`}))[0].${kind === 'get' || kind === 'set' ? kind : 'value'}`)
  writer.write(isStrict ? ')}' : ')')
}

class CodeWriter {
  readonly firstLine: number
  #chunks: string[] = []
  #line: number
  #column = 0

  constructor(firstLine: number) {
    this.firstLine = firstLine
    this.#line = firstLine
  }

  get text(): string {
    return this.#chunks.join('')
  }

  write(text: string): void {
    this.#chunks.push(text)
    const lastBreak = text.lastIndexOf('\n')
    if (lastBreak === -1) this.#column += text.length
    else {
      this.#line += text.split('\n').length - 1
      this.#column = text.length - lastBreak - 1
    }
  }

  /** Pads up to a position of the author's file; what already lies behind it cannot be moved back. */
  moveTo({ line, column }: Position): void {
    if (line > this.#line) this.write('\n'.repeat(line - this.#line))
    if (line === this.#line && column > this.#column) this.write(' '.repeat(column - this.#column))
  }
}
