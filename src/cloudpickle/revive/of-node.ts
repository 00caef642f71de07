/**
 * What Node makes inside itself, made again; the counterpart of capture/of-node.ts.
 */
import { EventEmitter } from 'node:events'

type Listener = (...args: unknown[]) => void

/** The listener that `emitter.once(type, listener)` adds, without adding it. */
function makeOnce(emitter: EventEmitter, type: string | symbol, listener: Listener): unknown {
  const own = Object.getOwnPropertyDescriptor(emitter, 'on')
  let made: unknown
  const on = (_: unknown, wrapped: unknown): void => {
    made = wrapped
  }
  Object.defineProperty(emitter, 'on', { value: on, configurable: true })
  try {
    EventEmitter.prototype.once.call(emitter, type, listener)
  } finally {
    Reflect.deleteProperty(emitter, 'on')
    if (own) Object.defineProperty(emitter, 'on', own)
  }
  return made
}

/** One that this version of Node does not have stays without meaning. */
function emitterKey(description: string): symbol {
  return keysOfEmitters().find(symbol => symbol.description === description) ?? Symbol(description)
}

/** Those of an emitter itself, and of a list of listeners. */
export function keysOfEmitters(): symbol[] {
  const emitter = new EventEmitter().on('two', () => undefined).on('two', () => undefined)
  const { _events: events } = emitter as unknown as { _events: { two: object } }
  return [emitter, events.two].flatMap(each => Object.getOwnPropertySymbols(each))
}

type ErrorParts = readonly [base: ErrorConstructor, code: string]

const errorPrototypes = new Map<ErrorConstructor, Map<string, object>>()
const errorParts = new WeakMap<object, ErrorParts>()

/** What Node's errors of that class and code inherit from. */
function makeNodeErrorPrototype(...parts: ErrorParts): object {
  const [base, code] = parts
  const known = errorPrototypes.get(base) ?? new Map<string, object>()
  errorPrototypes.set(base, known)
  const made = known.get(code) ?? Object.create(base.prototype, nodeErrorMembers(base, code))
  known.set(code, made)
  errorParts.set(made, parts)
  return made
}

function nodeErrorMembers(base: ErrorConstructor, code: string): PropertyDescriptorMap {
  function toString(this: Error): string {
    return `${this.name} [${code}]: ${this.message}`
  }
  return {
    constructor: { get: () => base, configurable: true },
    toString: { value: toString, writable: true, configurable: true },
  }
}

/** For one that was made here, so that it can be shipped onwards. */
export function nodeErrorParts(prototype: object): ErrorParts | undefined {
  return errorParts.get(prototype)
}

/** By their names in module `cloudpickle` of a pickle. */
export const ofNodeRevivers: Readonly<Record<string, unknown>> = {
  once: makeOnce,
  emitterKey,
  nodeErrorPrototype: makeNodeErrorPrototype,
}
