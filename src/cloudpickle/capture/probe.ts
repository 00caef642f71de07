/**
 * The conditional-breakpoint probe: read and write access inside a closure's real scope, without pausing it.
 *
 * A breakpoint on the function's entry carries a condition that runs in the function's own frame; the condition hands out
 * accessors and terminates the execution, so the body never runs. Only closures that pass `canEnter` are ever called.
 */
import type { Binding, FunctionSite } from '../source/lexical-scopes.ts'
import type { AnyNode, Node } from '../source/parse.ts'
import { canEnter } from './enterable.ts'
import type { Inspector } from './inspector.ts'
import type { LiveFunction } from './live-functions.ts'

/** A variable of a live scope. */
export interface Cell {
  value: unknown
}

/** In the function's own frame the name must mean that very binding. */
export function canProbe(site: FunctionSite, binding: Binding): boolean {
  const { scope, inner } = site
  if (!canEnter(site) || inner.some(own => own.bindings.has(binding.name))) return false
  let from = scope
  while (from !== binding.scope && !from.bindings.has(binding.name) && from.parent) from = from.parent
  return from === binding.scope
}

/**
 * The value of an expression in the frame of a function, which may be syntax that is valid only there. The condition is one that
 * always parses: it hands out a way to evaluate, and errors stay outside.
 */
export function evaluateInFrame(inspector: Inspector, fn: LiveFunction, expression: string): unknown {
  const text = `${fn.script.freePrefix}_text`
  return (readInFrame(inspector, fn, `${text} => eval(${text})`) as (text: string) => unknown)(expression)
}

/** The variable that `binding` is in the scope of a function. */
export function enterCell(inspector: Inspector, fn: LiveFunction, { name }: Binding): Cell {
  const given = `${fn.script.freePrefix}_given`
  const accessors = `{ get value() { return ${name} }, set value(${given}) { ${name} = ${given} } }`
  return readInFrame(inspector, fn, accessors) as Cell
}

/**
 * What `expression` is in the frame of a function; it must not throw. Calling a generator only makes it: its frame is where its
 * body begins.
 */
export function readInFrame(inspector: Inspector, { fn, site, script }: LiveFunction, expression: string): unknown {
  const { code } = site
  const args = argumentsFor(code)
  if (!('generator' in code && code.generator)) {
    return inspector.debugging.inFrameOf(fn, site, expression, () => Reflect.apply(fn, undefined, args))
  }
  const { next } = code.async ? asyncGenerator : generator
  const start = (): unknown => Reflect.apply(next, Reflect.apply(fn, undefined, args), [])
  const at = inspector.positionAt(fn, script.loadedPosition((code.body as Node).start + 1))
  return inspector.debugging.inFrameOf(fn, site, expression, start, at)
}

/** The language's own, which no program has replaced when this is loaded. */
const generator = { next: (Object.getPrototypeOf(items.prototype) as Generator).next }
const asyncGenerator = { next: (Object.getPrototypeOf(asyncItems.prototype) as AsyncGenerator).next }

/**
 * Which of `cells` is the variable that `read` reads; -1 for none of them. A marker is put into each for the moment.
 */
export function findSharedCell(cells: readonly Cell[], read: () => unknown): number {
  const before = cells.map(cell => cell.value)
  try {
    // Nobody else has the cells themselves.
    for (const cell of cells) cell.value = cell
    return cells.indexOf(read() as Cell)
  } finally {
    for (let index = 0; index < cells.length; index++) cells[index]!.value = before[index]
  }
}

/**
 * Those of `items` that see the same variable, together. `cellOf` gives the variable of an item, undefined where that cannot be
 * entered; such items are in the group of one that can, or in none. Each variable holds a mark until all have been read.
 */
export function groupByCell<T>(
  items: readonly T[],
  cellOf: (item: T) => Cell | undefined,
  read: (item: T) => unknown,
): T[][] {
  const groups = new Map<unknown, T[]>()
  const before: (() => void)[] = []
  const left: T[] = []
  try {
    for (const item of items) {
      const group = groups.get(read(item))
      const cell = group ? undefined : cellOf(item)
      if (group) group.push(item)
      else if (!cell) left.push(item)
      else {
        const { value } = cell
        before.push(() => (cell.value = value))
        cell.value = cell
        groups.set(cell, [item])
      }
    }
    for (const item of left) groups.get(read(item))?.push(item)
  } finally {
    for (const restore of before.toReversed()) restore()
  }
  return [...groups.values()]
}

/** Defaults are not evaluated for arguments that are there, nor for what is taken out of these. */
function argumentsFor(code: AnyNode): unknown[] {
  const count = 'params' in code ? (code.params as unknown[]).length : 0
  return Array.from({ length: count }, () => anything)
}

/** Every property of it is itself, and so is every item of the few that it can be iterated for. */
const anything: object = new Proxy(Object.create(null) as object, {
  get: (_, key) => (key === Symbol.iterator ? items : anything),
})

function* items(): Generator<object> {
  for (let count = 0; count < 64; count++) yield anything
}

async function* asyncItems(): AsyncGenerator<never> {}
