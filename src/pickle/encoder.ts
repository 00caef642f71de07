/**
 * The writing half of the pickle machine: values in, opcodes out, on an explicit stack of frames.
 *
 * Order for each value: primitive, memo, hooks, reducers, name, built-in rule. What the rules decide is in `rules/`; this file
 * only carries it out. It never runs getters of what it pickles, and never recurses.
 */
import { ModulePickleError, isModulePickleError } from '../errors.ts'
import { BufferTable, ByteRange, LateOffset } from './buffers.ts'
import {
  CreateFrame,
  FillFrame,
  ItemsFrame,
  LabelFrame,
  PersistentFrame,
  SequenceFrame,
  frozenset,
  tuple,
  type Encoding,
  type Frame,
} from './frames.ts'
import { stringFilling } from './framing.ts'
import { intrinsicName, isNamedIntrinsic } from './intrinsics.ts'
import type { Hooks } from './hooks.ts'
import { op } from './opcodes.ts'
import { Output } from './output.ts'
import { joinPath } from './path.ts'
import { isOrdinaryArray, ListFrame, ordinaryValues, RecordFrame } from './plain.ts'
import { Shapes, type Shape } from './shapes.ts'
import { planOf, withAddition, type Plan } from './plan.ts'
import { Frozenset } from './python-values.ts'
import { customReduction, reduceSymbol } from './registry.ts'
import { dictItems, planFor } from './rules/index.ts'
import { pythonPlan } from './rules/python.ts'
import { refuseFunction } from './rules/refusals.ts'
import { symbolPlan } from './rules/symbols.ts'
import { intFilling, writeBigint, writeBytes, writeNumber } from './scalars.ts'
import { Bytes, Dict, Global, Labelled, Late, Reduced, Term, Tuple, type Reduction } from './values.ts'
import { WriteMemo } from './write-memo.ts'

/** Nested attempts at one reduction, each begun inside the arguments of the one before, until it is given up. */
const mostAttempts = 1000

const ellipsis = new Global('builtins', 'Ellipsis')
const emptyContainer = { list: op.EMPTY_LIST, dict: op.EMPTY_DICT, set: op.EMPTY_SET } as const

export class Encoder implements Encoding {
  readonly out = new Output()
  readonly #hooks: Hooks
  readonly #memo: WriteMemo
  readonly #buffers = new BufferTable()
  readonly #shapes = new Shapes()
  readonly #stack: Frame[] = []
  readonly #attempts = new Map<unknown, number>()

  constructor(hooks: Hooks) {
    this.#hooks = hooks
    this.#memo = new WriteMemo(this.out, hooks.memo)
  }

  /** Writes one value with all that it reaches. */
  write(value: unknown): void {
    try {
      this.save(value)
      for (let frame = this.#stack.at(-1); frame !== undefined; frame = this.#stack.at(-1)) frame.step(this)
    } catch (error) {
      throw this.#located(error)
    }
  }

  /** Writes a value that does something to those written before, and drops what it makes. */
  writeAside(value: unknown): void {
    this.write(value)
    this.out.op(op.POP)
  }

  /** When an object was written first, among all that have been; undefined where it was not. */
  memoIndex(value: object | symbol): number | undefined {
    return this.#memo.indexOf(value)
  }

  /** The path to the value being written. */
  path(): string {
    return joinPath(this.#stack.map(frame => frame.segment()))
  }

  save(value: unknown): boolean {
    if (this.#hooks.persistentId !== undefined && !isTerm(value)) {
      const id = this.#hooks.persistentId(value)
      if (id !== undefined) return this.#open(new PersistentFrame(id))
    }
    return this.saveUnasked(value)
  }

  saveUnasked(value: unknown): boolean {
    this.out.boundary()
    switch (typeof value) {
      case 'string':
        this.#string(value)
        return false
      case 'number':
        writeNumber(this.out, value)
        return false
      case 'boolean':
        this.out.op(value ? op.NEWTRUE : op.NEWFALSE)
        return false
      case 'bigint':
        writeBigint(this.out, value)
        return false
      case 'undefined':
        this.#global(ellipsis)
        return false
    }
    if (value === null) {
      this.out.op(op.NONE)
      return false
    }
    const index = this.#memo.indexOf(value)
    if (index === undefined)
      return typeof value === 'object' ? this.#object(value) : this.#functionOrSymbol(value as symbol)
    this.#memo.recall(index)
    return false
  }

  #string(value: string): void {
    const index = this.#memo.indexOf(value)
    if (index !== undefined) return this.#memo.recall(index)
    this.#hooks.stringWritten?.(value)
    this.out.string(value)
    this.memoize(value)
  }

  saveKey(shape: Shape, position: number): void {
    const index = shape.memoIndices[position] as number
    if (index >= 0) {
      this.out.boundary()
      return this.#memo.recall(index)
    }
    const key = shape.keys[position] as string
    this.saveUnasked(key)
    shape.memoIndices[position] = this.#memo.indexOf(key) ?? -1
  }

  open(frame: Frame): void {
    this.#stack.push(frame)
  }

  close(): void {
    this.#stack.pop()
  }

  memoize(key: unknown): void {
    this.#memo.memoize(key)
  }

  isMemoized(key: unknown): boolean {
    return this.#memo.indexOf(key) !== undefined
  }

  recall(key: unknown): void {
    this.#memo.recall(this.#memo.indexOf(key) as number)
  }

  #open(frame: Frame): true {
    this.#stack.push(frame)
    return true
  }

  #object(value: object): boolean {
    if (Term.is(value)) return this.#term(value)
    // Asked first: until then the value may be a Proxy, which runs code when it is looked at.
    const claim = this.#hooks.reducerOverride?.(value)
    if (claim !== undefined) return this.#claim(value, claim)
    const prototype: unknown = Object.getPrototypeOf(value)
    const isPlain = (prototype === Object.prototype || prototype === Array.prototype) && !this.#isDisguised(value)
    if (isPlain && this.#hooks.memo && !(reduceSymbol in value) && !isNamedIntrinsic(value)) {
      if (prototype === Object.prototype ? this.#plainObject(value) : this.#plainArray(value)) return true
    }
    const custom = customReduction(value, this.#hooks.dispatchTable)
    if (custom !== undefined) return this.#perform(value, planOf(custom))
    const name = intrinsicName(value)
    if (name !== undefined) return this.#claim(value, new Global('js', name))
    const disguise = isPlain || Array.isArray(value) ? undefined : this.#hooks.disguisedType?.(value)
    const plan = planFor(value, this.#buffers, this.#hooks.innerState, disguise)
    const addition = isPlain ? undefined : this.#hooks.addition?.(value)
    return this.#perform(value, addition === undefined ? plan : withAddition(plan, addition))
  }

  /** Of what has Object.prototype, only an object without keys of its own is asked about. */
  #isDisguised(value: object): boolean {
    if (this.#hooks.disguisedType === undefined) return false
    for (const _ in value) return false
    return !Array.isArray(value) && this.#hooks.disguisedType(value) !== undefined
  }

  /** False leaves the object to the rules, as where somebody has to be asked about each key. */
  #plainObject(value: object): boolean {
    const mayHaveShape = this.#hooks.persistentId === undefined && !Array.isArray(value)
    const shape = mayHaveShape ? this.#shapes.of(value) : undefined
    const values = shape === undefined ? undefined : ordinaryValues(value, shape.keys)
    if (shape === undefined || values === undefined) return false
    this.out.op(op.EMPTY_DICT)
    this.memoize(value)
    return this.#open(new RecordFrame(shape, values))
  }

  #plainArray(value: object): boolean {
    if (!Array.isArray(value) || !isOrdinaryArray(value)) return false
    this.out.op(op.EMPTY_LIST)
    this.memoize(value)
    return this.#open(new ListFrame(value))
  }

  #functionOrSymbol(value: object | symbol): boolean {
    const claim = this.#hooks.reducerOverride?.(value)
    if (claim !== undefined) return this.#claim(value, claim)
    const name = intrinsicName(value)
    if (name !== undefined) return this.#claim(value, new Global('js', name))
    if (typeof value === 'symbol') return this.#perform(value, symbolPlan(value))
    return refuseFunction(value)
  }

  #claim(value: unknown, claim: Reduction | Global): boolean {
    if (!(claim instanceof Global)) return this.#perform(value, planOf(claim))
    this.#global(claim)
    this.#memo.alias(value, this.#memo.indexOfGlobal(claim) as number)
    return false
  }

  #global(global: Global): void {
    const index = this.#memo.indexOfGlobal(global)
    if (index !== undefined) return this.#memo.recall(index)
    this.saveUnasked(global.module)
    this.saveUnasked(global.name)
    this.out.op(op.STACK_GLOBAL)
    this.#memo.memoizeGlobal(global)
  }

  #term(term: Term): boolean {
    if (term instanceof Labelled) return this.#open(new LabelFrame(term))
    if (term instanceof Tuple) return this.#open(new SequenceFrame(term.items, term, tuple))
    if (term instanceof Reduced) return this.#perform(term, planOf(term.reduction))
    if (term instanceof Dict) return this.#perform(term, { create: 'dict', items: dictItems(term.cells) })
    if (term instanceof Frozenset) return this.#open(new SequenceFrame([...term.members], term, frozenset))
    const python = pythonPlan(term)
    if (python !== undefined) return this.#perform(term, python)
    if (term instanceof Global) this.#global(term)
    else if (term instanceof LateOffset) this.out.hole(() => intFilling(term.value))
    else this.#leaf(term)
    return false
  }

  /** Terms that become one memoized value without children. */
  #leaf(term: Term): void {
    if (term instanceof Late) this.out.hole(() => stringFilling(term.text()))
    else if (term instanceof Bytes) writeBytes(this.out, term.bytes)
    else if (term instanceof ByteRange) this.#range(term)
    this.memoize(term)
  }

  #range(range: ByteRange): void {
    this.out.hole(() => range.filling(this.#hooks.bufferCallback), range.end - range.start)
  }

  #perform(value: unknown, plan: Plan): boolean {
    const { create } = plan
    if (typeof create === 'object' && !(create instanceof ByteRange)) {
      this.#countAttempt(value)
      return this.#open(new CreateFrame(value, plan, create))
    }
    if (create instanceof ByteRange) {
      create.claimed = true
      this.saveUnasked(create)
      this.#memo.alias(value, this.#memo.indexOf(create) as number)
    } else {
      this.out.op(emptyContainer[create])
      this.memoize(value)
    }
    return this.#fill(value, plan)
  }

  /** Most containers have members and nothing else, or are empty. */
  #fill(value: unknown, plan: Plan): boolean {
    if (plan.state !== undefined || plan.setters !== undefined) return this.#open(new FillFrame(value, plan))
    if (plan.items === undefined || plan.items.cells.length === 0) return false
    return this.#open(new ItemsFrame(plan.items))
  }

  /** A value that is begun again and again without ever being made contains itself in what makes it. */
  #countAttempt(value: unknown): void {
    const attempts = (this.#attempts.get(value) ?? 0) + 1
    this.#attempts.set(value, attempts)
    if (attempts <= mostAttempts) return
    throw new ModulePickleError(
      'ERR_UNPICKLABLE',
      'the value cannot be made, because the arguments of its own reduction contain it. Put what refers back into `state`.',
    )
  }

  #located(error: unknown): unknown {
    if (isModulePickleError(error) && error.path !== undefined) return error
    const path = this.path()
    if (isModulePickleError(error)) {
      return new ModulePickleError(error.code, `${path}: ${error.message}`, { path, cause: error.cause })
    }
    const reason = error instanceof Error ? error.message : String(error)
    return new ModulePickleError('ERR_UNPICKLABLE', `${path}: pickling it failed: ${reason}`, { path, cause: error })
  }
}

function isTerm(value: unknown): boolean {
  return typeof value === 'object' && value !== null && Term.is(value)
}
