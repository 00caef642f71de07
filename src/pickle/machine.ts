/**
 * The state of the reading half of the pickle machine, and what its opcodes do to it: stack, marks, memo, dicts.
 *
 * Marks fence the stack as in CPython: nothing below the last one can be taken. What names and calls mean is the host's
 * decision. Never recurses; what bad bytes ask for is a ModulePickleError with their offset.
 */
import { isModulePickleError } from '../errors.ts'
import type { Cursor } from './cursor.ts'
import type { DictKinds } from './dicts.ts'
import { addMembers, appendItems, buildState, setProperty, stateEntries } from './fill.ts'
import { BadArguments } from './globals/reconstructor.ts'
import { surveyor, unknownValue, type Host } from './host.ts'
import type { Limits } from './limits.ts'
import { Memo } from './memo.ts'
import { Frozenset } from './python-values.ts'
import { Bytes, Tuple } from './values.ts'

export interface MachineOptions {
  limits: Readonly<Limits>
  /** Keeps Python's immutable types apart from the mutable ones. */
  python: boolean
}

export class Machine {
  readonly cursor: Cursor
  /** Values waiting to be used. Read and pushed to directly where speed counts; taken from only above the fence. */
  readonly stack: unknown[] = []
  readonly memo = new Memo()
  readonly #marks: number[] = []
  readonly #dicts: DictKinds
  readonly #limits: Readonly<Limits>
  readonly #python: boolean
  readonly #buffers: readonly Uint8Array[] | undefined
  #host: Host
  #fence = 0
  #nextBuffer = 0

  constructor(cursor: Cursor, host: Host, dicts: DictKinds, { limits, python }: MachineOptions) {
    this.cursor = cursor
    this.#host = host
    this.#buffers = host.buffers
    this.#dicts = dicts
    this.#limits = limits
    this.#python = python
  }

  get markCount(): number {
    return this.#marks.length
  }

  push(value: unknown): void {
    this.stack.push(value)
  }

  pop(): unknown {
    if (this.stack.length <= this.#fence) throw this.cursor.corrupt('the stack is empty.')
    return this.stack.pop()
  }

  /** The value on top, which stays there. */
  top(): unknown {
    if (this.stack.length <= this.#fence) throw this.cursor.corrupt('the stack is empty.')
    return this.stack[this.stack.length - 1]
  }

  popMany(count: number): unknown[] {
    return this.stack.splice(this.#below(count))
  }

  mark(): void {
    this.#marks.push(this.stack.length)
    this.#fence = this.stack.length
    if (this.#marks.length > this.#limits.maxDepth) this.cursor.checkLimit('maxDepth', this.#marks.length)
  }

  /** The values above the last mark, which goes with them. */
  popMark(): unknown[] {
    return this.stack.splice(this.#unmark())
  }

  popOrUnmark(): void {
    if (this.stack.length === this.#fence && this.#marks.length > 0) this.#unmark()
    else this.pop()
  }

  duplicate(): void {
    const value = this.top()
    if (typeof value === 'object' && value !== null) this.#dicts.noteShared(value)
    this.stack.push(value)
  }

  /** PUT under the next index. */
  memoize(): void {
    const value = this.top()
    const index = this.memo.size
    if (typeof value === 'object' && value !== null) this.#dicts.noteMemoized(value, index)
    if (index >= this.#limits.maxMemo) this.cursor.checkLimit('maxMemo', index + 1)
    this.memo.add(value)
  }

  put(index: number): void {
    const value = this.top()
    if (typeof value === 'object' && value !== null) this.#dicts.noteMemoized(value, index)
    this.memo.put(index, value)
    if (this.memo.size > this.#limits.maxMemo) this.cursor.checkLimit('maxMemo', this.memo.size)
  }

  get(index: number): void {
    const value = this.memo.get(index)
    if (value === undefined && !this.memo.has(index)) throw this.cursor.corrupt(`nothing was memoized as ${index}.`)
    if (typeof value === 'object') this.memo.noteTaken(index)
    this.stack.push(value)
  }

  buffer(): Uint8Array {
    const buffer = this.#buffers?.[this.#nextBuffer++]
    if (buffer !== undefined) return new Uint8Array(buffer.buffer, buffer.byteOffset, buffer.byteLength)
    const message = `the pickle has more out-of-band buffers than it was given. Pass what bufferCallback got as \`buffers\`.`
    throw this.cursor.error('ERR_PICKLE_CORRUPT', message)
  }

  bytes(size: number): void {
    const bytes = this.cursor.take(size).slice()
    this.stack.push(this.#python ? new Bytes(bytes) : bytes)
  }

  tuple(items: unknown[]): void {
    this.stack.push(this.#python ? new Tuple(items) : items)
  }

  frozenset(): void {
    const members = new Set(this.popMark())
    this.stack.push(this.#python ? new Frozenset(members) : members)
  }

  emptyDict(): void {
    this.stack.push(this.#dicts.make())
  }

  /** DICT: a dict of what is above the mark. */
  dict(): void {
    const cells = this.popMark()
    this.emptyDict()
    const from = this.stack.length
    for (const cell of cells) this.stack.push(cell)
    this.#setItems(from)
  }

  append(): void {
    this.#append(this.#below(1))
  }

  appendMarked(): void {
    this.#append(this.#unmark())
  }

  addMarked(): void {
    const from = this.#unmark()
    this.#filled(addMembers(this.#target(from), this.stack, from))
    this.stack.length = from
  }

  setItem(): void {
    this.#setItems(this.#below(2))
  }

  setMarked(): void {
    this.#setItems(this.#unmark())
  }

  build(): void {
    const state = this.pop()
    const target = this.#target(this.stack.length)
    if (target === unknownValue) return
    const entries = stateEntries(state)
    if (entries === undefined) return this.#filled(false)
    this.#ask(() => this.#host.charge(entries.length))
    buildState(target, entries)
  }

  global(module: unknown, name: unknown): void {
    if (typeof module !== 'string' || typeof name !== 'string')
      throw this.cursor.corrupt('a global is named by two strings.')
    this.#push(() => this.#host.find(module, name))
  }

  extension(code: number): void {
    this.#push(() => this.#host.extension(code))
  }

  reduce(): void {
    const [callee, args] = this.popMany(2)
    const list = this.#arguments(args)
    this.#push(() => this.#host.call(callee, list))
  }

  newObject(): void {
    const [cls, args] = this.popMany(2)
    const list = this.#arguments(args)
    this.#push(() => this.#host.instantiate(cls, list))
  }

  newObjectEx(): void {
    const keywords = this.pop()
    if (typeof keywords !== 'object' || keywords === null || Reflect.ownKeys(keywords).length > 0) {
      throw this.cursor.error('ERR_PICKLE_UNSUPPORTED', 'keyword arguments are not read.')
    }
    this.newObject()
  }

  /** INST and OBJ: with arguments a call, without them an instance whose constructor does not run. */
  instance(cls: unknown, args: readonly unknown[]): void {
    this.#push(() => (args.length === 0 ? this.#host.instantiate(cls, args) : this.#host.call(cls, args)))
  }

  persistent(id: unknown): void {
    this.#push(() => this.#host.persistentLoad(id))
  }

  /** Where the `count` values on top begin. */
  #below(count: number): number {
    const from = this.stack.length - count
    if (from < this.#fence) throw this.cursor.corrupt(`the stack holds fewer than ${count} values.`)
    return from
  }

  /** Where the values above the last mark begin; the mark goes. */
  #unmark(): number {
    const from = this.#marks.pop()
    if (from === undefined) throw this.cursor.corrupt('there is no mark on the stack.')
    this.#fence = this.#marks.length === 0 ? 0 : (this.#marks[this.#marks.length - 1] as number)
    return from
  }

  /** The target of a filling opcode: the value below `from`. */
  #target(from: number): object {
    if (from <= this.#fence) throw this.cursor.corrupt('the stack is empty.')
    const target = this.stack[from - 1]
    if (typeof target === 'object' && target !== null && !this.#host.isBorrowed(target)) return target
    throw this.cursor.corrupt('the value on the stack is not one that this pickle made and can fill.')
  }

  #append(from: number): void {
    this.#filled(appendItems(this.#target(from), this.stack, from))
    this.stack.length = from
  }

  #filled(done: boolean): void {
    if (!done && !this.#dicts.surveying) throw this.cursor.corrupt('the value on the stack cannot take this.')
  }

  #setItems(from: number): void {
    const { stack } = this
    if ((stack.length - from) % 2 !== 0) throw this.cursor.corrupt('a key has no value.')
    let target = this.#target(from)
    if (target === unknownValue) {
      stack.length = from
      return
    }
    if (!(target instanceof Map) && this.#hasOtherKey(from) && this.#dicts.isObject(target)) {
      target = this.#asMap(target, from - 1)
    }
    if (target instanceof Map) for (let i = from; i < stack.length; i += 2) target.set(stack[i], stack[i + 1])
    else this.#setProperties(target as Record<string, unknown>, from)
    stack.length = from
  }

  #setProperties(target: Record<string, unknown>, from: number): void {
    const { stack } = this
    for (let i = from; i < stack.length; i += 2) {
      const key = stack[i]
      if (typeof key === 'string') setProperty(target, key, stack[i + 1])
      else this.#filled(false)
    }
  }

  #hasOtherKey(from: number): boolean {
    const { stack } = this
    for (let i = from; i < stack.length; i += 2) {
      if (typeof stack[i] !== 'string' && stack[i] !== unknownValue) return true
    }
    return false
  }

  /** Puts a Map in the place of the dict at `at` on the stack, or turns this pass into a survey. */
  #asMap(dict: object, at: number): object {
    const replaced = this.#dicts.replace(dict, this.memo)
    if (replaced === undefined) {
      this.#host = surveyor
      return dict
    }
    this.stack[at] = replaced.map
    if (replaced.memoIndex !== undefined) this.memo.put(replaced.memoIndex, replaced.map)
    return replaced.map
  }

  #arguments(args: unknown): readonly unknown[] {
    if (Array.isArray(args)) return args
    if (args instanceof Tuple) return args.items
    throw this.cursor.corrupt('the arguments are not a tuple.')
  }

  #push(question: () => unknown): void {
    this.stack.push(this.#ask(question))
  }

  /** What the host gives. Its errors are told by offset, too. */
  #ask(question: () => unknown): unknown {
    try {
      return question()
    } catch (error) {
      if (error instanceof BadArguments) throw this.cursor.corrupt(`${error.message}.`)
      if (isModulePickleError(error)) throw this.cursor.error(error.code, error.message, error.cause ?? error)
      const reason = error instanceof Error ? error.message : String(error)
      throw this.cursor.error('ERR_PICKLE_CORRUPT', `what it calls failed: ${reason}`, error)
    }
  }
}
