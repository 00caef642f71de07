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
import { blankFlag } from '../source/private-access.ts'
import type { Position } from './author-lines.ts'
import type { ClosurePlan } from './closure-plan.ts'
import type { LoadedScript } from './loaded-script.ts'
import type { SiteText } from './relined-text.ts'

export class CodeUnit {
  readonly script: LoadedScript
  /** The module's own scope. */
  readonly root: ScopeCode

  constructor(script: LoadedScript) {
    this.script = script
    this.root = new ScopeCode()
  }

  /**
   * The text, to be run as a function body, and the line of the author's file that it begins on (zero-based). `sourceName` is
   * what stack traces call that file.
   */
  generate(sourceName: string): { text: string; firstLine: number } {
    const { isStrict, freePrefix } = this.script
    const names = { given: `${freePrefix}_given`, around: `${freePrefix}_around`, arguments: `${freePrefix}_arguments` }
    const writer = new CodeWriter(this.root.firstLine(), { isStrict, sourceName, ...names })
    if (isStrict) writer.write('"use strict";')
    this.root.writeBody(writer)
    return { text: writer.text, firstLine: writer.firstLine }
  }
}

interface FunctionCode {
  readonly site: FunctionSite
  readonly plan: ClosurePlan
}

/** The code of one scope: its variables, and what is made in it. */
export class ScopeCode {
  readonly #variables = new Set<string>()
  readonly #uninitialized = new Set<string>()
  readonly #children = new Map<string, ScopeCode | FunctionCode>()

  /** Adds a variable, so that closures of the scope find it. */
  addVariable(name: string): void {
    this.#variables.add(name)
  }

  /** Adds a variable that nothing will ever initialise: reading it throws. */
  addUninitialized(name: string): void {
    this.#uninitialized.add(name)
  }

  /** Adds a scope inside this one; returns the name of its maker. Scopes that differ in `uninitialized` differ in code. */
  addScope(scope: Scope, uninitialized: readonly string[]): { maker: string; code: ScopeCode } {
    const maker = ['$s' + scope.node.start, ...uninitialized].join('$')
    const known = this.#children.get(maker)
    const code = known instanceof ScopeCode ? known : new ScopeCode()
    this.#children.set(maker, code)
    return { maker, code }
  }

  /** Adds a function made in this scope; returns the name of its maker, which takes the parameters of the plan's frame. */
  addFunction(site: FunctionSite, plan: ClosurePlan): string {
    const maker = `$f${site.node.start}`
    this.#children.set(maker, { site, plan })
    return maker
  }

  firstLine(): number {
    const lines = [...this.#children.values()].map(child =>
      child instanceof ScopeCode ? child.firstLine() : child.plan.text.position.line,
    )
    return Math.min(...lines)
  }

  writeBody(writer: CodeWriter): void {
    const { given } = writer.unit
    const names = [...this.#variables].toSorted()
    // Unlike `let`, `var` takes any name that a variable of sloppy code may have.
    if (names.length > 0) writer.write(`var ${names.join(',')};`)
    writer.write(`return{$set(${given}){`)
    for (const name of names) writer.write(`if("${name}"in ${given})${name}=${given}.${name};`)
    writer.write('}')
    for (const [name, child] of this.#inSourceOrder()) {
      if (child instanceof ScopeCode) {
        writer.write(`,${name}(){`)
        child.writeBody(writer)
        writer.write('}')
      } else writeFunction(writer, name, child)
    }
    writer.write('}')
    // Behind the return they are never initialised.
    if (this.#uninitialized.size > 0) writer.write(`;let ${[...this.#uninitialized].toSorted().join(',')}`)
  }

  #inSourceOrder(): [string, ScopeCode | FunctionCode][] {
    const start = ([name]: readonly [string, unknown]): number => Number.parseInt(name.slice(2), 10)
    return [...this.#children].toSorted((a, b) => start(a) - start(b) || (a[0] < b[0] ? -1 : 1))
  }
}

/** A maker is called with the `this` that an arrow inside it is to have. */
function writeFunction(writer: CodeWriter, name: string, { site, plan }: FunctionCode): void {
  const { frame } = plan
  const base = frame.base ? [frame.base.variable] : []
  const parameters = [...frame.parameters.keys(), ...base, ...frame.privates.keys(), ...frame.keys.keys()]
  writer.write(`,${name}(${parameters.join(',')}){`)
  // What eval() is given knows its variables by their names alone.
  if (writer.isBehind(plan.text.position) && !frame.hasEval) writeDetached(writer, site, plan, parameters)
  else writeText(writer, site, plan, plan.text)
  writer.write('}')
}

function writeText(writer: CodeWriter, site: FunctionSite, plan: ClosurePlan, siteText: SiteText): void {
  const { text, position, isStrict } = siteText
  const { frame, isGuarded } = plan
  // The directive of a function around it is not part of the text.
  if (isStrict && !writer.unit.isStrict) writer.write('"use strict";')
  if (isGuarded) writer.write(`var ${blankFlag};`)
  const hasArguments = frame.hasEval && frame.parameters.has(writer.unit.arguments)
  // What an arrow has of a method, it has of one that is called at once.
  const isInMethod = frame.base !== undefined && site.form !== 'method'
  const method = isInMethod ? `{__proto__:${frame.base?.variable},m(){return(` : 'function(){return('
  writer.write(isInMethod || hasArguments ? `return(${method}` : 'return(')
  const { kind, type } = site.node as AnyNode & { kind?: 'init' | 'method' | 'get' | 'set' }
  const isMember = type === 'Property' || type === 'MethodDefinition'
  // The object that a method or accessor needs around it is thrown away; what stays is the function.
  if (isMember) writer.write('Object.values(Object.getOwnPropertyDescriptors({')
  if (frame.base && !isInMethod) writer.write(`__proto__:${frame.base.variable},`)
  writer.moveTo(position)
  writer.write(text)
  if (isMember) writer.write(`}))[0].${kind === 'get' || kind === 'set' ? kind : 'value'}`)
  if (isInMethod || hasArguments) {
    const given = hasArguments ? `,${writer.unit.arguments}` : ''
    writer.write(isInMethod ? `)}}).m.apply(this${given})` : `)}).apply(this${given})`)
  } else writer.write(')')
}

/**
 * A function whose lines the unit has already passed, because one around it travels as well. It is compiled apart, and reaches
 * its variables through accessors.
 */
function writeDetached(writer: CodeWriter, site: FunctionSite, plan: ClosurePlan, parameters: readonly string[]): void {
  const { given, around, sourceName } = writer.unit
  const apart = new CodeWriter(plan.text.position.line - 1, { ...writer.unit, isStrict: false })
  apart.write(`return function(${around}){return function(${parameters.join(',')}){`)
  writeText(apart, site, plan, plan.detached(around))
  apart.write('}}')
  const options = { filename: sourceName, lineOffset: apart.firstLine }
  const names = [...plan.values.map(({ name }) => name), ...plan.modules.keys()]
  const accessors = names.map(name => `get ${name}(){return ${name}},set ${name}(${given}){${name}=${given}}`)
  writer.write(
    `return globalThis.process.getBuiltinModule("node:vm").compileFunction(` +
      `${JSON.stringify(apart.text)},[],${JSON.stringify(options)})()({${accessors.join(',')}}).call(` +
      `${['this', ...parameters].join(',')})`,
  )
}

/** What holds for all code of a unit. */
interface UnitStyle {
  readonly isStrict: boolean
  readonly sourceName: string
  /** Names that no code of the unit uses. */
  readonly given: string
  readonly around: string
  /** The parameter of a maker that has the `arguments` of an arrow. */
  readonly arguments: string
}

class CodeWriter {
  readonly firstLine: number
  readonly unit: UnitStyle
  #chunks: string[] = []
  #line: number
  #column = 0

  constructor(firstLine: number, unit: UnitStyle) {
    this.firstLine = firstLine
    this.unit = unit
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

  /** Whether what is written now would stand on a later line than `position`. */
  isBehind({ line }: Position): boolean {
    return this.#line > line
  }

  /** Pads up to a position of the author's file; what already lies behind it cannot be moved back. */
  moveTo({ line, column }: Position): void {
    if (line > this.#line) this.write('\n'.repeat(line - this.#line))
    if (line === this.#line && column > this.#column) this.write(' '.repeat(column - this.#column))
  }
}
