/**
 * The reading half of the pickle machine: opcodes of protocols 0 to 5 in, one value out, as Lib/pickle.py's _Unpickler.
 *
 * Marks fence the stack as in CPython: nothing below the last one can be taken. What names and calls mean is the host's
 * decision. Never recurses; bad bytes give a ModulePickleError with their offset.
 */
import { isModulePickleError } from '../errors.ts'
import { Cursor } from './cursor.ts'
import type { DictKinds } from './dicts.ts'
import { addMember, appendItem, buildState, setProperty } from './fill.ts'
import { BadArguments } from './globals/reconstructor.ts'
import { longValue, numberOrBigint } from './integers.ts'
import { Memo } from './memo.ts'
import { op } from './opcodes.ts'
import { parseFloatText, parseIndex, parseInteger, parseLong, parseQuoted, parseRawUnicode } from './text.ts'

/** What the Unpickler decides. Errors that it throws get the byte offset. */
export interface Host {
  find(module: string, name: string): unknown
  persistentLoad(id: unknown): unknown
  call(callee: unknown, args: readonly unknown[]): unknown
  instantiate(cls: unknown, args: readonly unknown[]): unknown
  /** True for values that the pickle must not change. */
  isBorrowed(value: unknown): boolean
  readonly buffers: readonly Uint8Array[] | undefined
}

const highestProtocol = 5

/** Stands for whatever the host would have given, while a pass only surveys dicts. */
const unknownValue: object = Object.freeze({})
const surveyor: Host = {
  find: () => unknownValue,
  persistentLoad: () => unknownValue,
  call: () => unknownValue,
  instantiate: () => unknownValue,
  isBorrowed: () => false,
  buffers: undefined,
}

export class Decoder {
  readonly #cursor: Cursor
  readonly #dicts: DictKinds
  readonly #memo = new Memo()
  readonly #marks: number[] = []
  readonly #stack: unknown[] = []
  readonly #buffers: readonly Uint8Array[] | undefined
  #host: Host
  #fence = 0
  #nextBuffer = 0

  constructor(bytes: Uint8Array, host: Host, dicts: DictKinds) {
    this.#cursor = new Cursor(bytes)
    this.#host = host
    this.#buffers = host.buffers
    this.#dicts = dicts
  }

  /** Runs to STOP and returns the value. */
  run(): unknown {
    for (;;) {
      const code = this.#cursor.opcode()
      if (code === op.STOP) return this.#pop()
      this.#step(code)
    }
  }

  /**
   * Runs while the opcodes are among `allowed`, up to BINPERSID and POP: the id, if it is the only value there is. Undefined
   * at any other opcode.
   */
  runToPersistentId(allowed: ReadonlySet<number>): unknown {
    for (;;) {
      const code = this.#cursor.opcode()
      if (code === op.BINPERSID) break
      if (!allowed.has(code)) return undefined
      this.#step(code)
    }
    const alone = this.#stack.length === 1 && this.#marks.length === 0
    return alone && this.#cursor.opcode() === op.POP ? this.#pop() : undefined
  }

  #step(code: number): void {
    const cursor = this.#cursor
    switch (code) {
      case op.PROTO:
        return this.#protocol(cursor.uint1())
      case op.FRAME:
        return cursor.expectAhead(cursor.uint8())
      case op.NONE:
        return this.#push(null)
      case op.NEWTRUE:
        return this.#push(true)
      case op.NEWFALSE:
        return this.#push(false)
      case op.BININT:
        return this.#push(cursor.int4())
      case op.BININT1:
        return this.#push(cursor.uint1())
      case op.BININT2:
        return this.#push(cursor.uint2())
      case op.LONG1:
        return this.#push(numberOrBigint(longValue(cursor.take(cursor.uint1()))))
      case op.LONG4:
        return this.#push(longValue(cursor.take(cursor.signedLength())))
      case op.BINFLOAT:
        return this.#push(cursor.float8())
      case op.SHORT_BINUNICODE:
        return this.#push(cursor.utf8(cursor.uint1()))
      case op.BINUNICODE:
        return this.#push(cursor.utf8(cursor.uint4()))
      case op.BINUNICODE8:
        return this.#push(cursor.utf8(cursor.uint8()))
      case op.SHORT_BINBYTES:
        return this.#push(cursor.take(cursor.uint1()).slice())
      case op.BINBYTES:
        return this.#push(cursor.take(cursor.uint4()).slice())
      case op.BINBYTES8:
      case op.BYTEARRAY8:
        return this.#push(cursor.take(cursor.uint8()).slice())
      case op.NEXT_BUFFER:
        return this.#push(this.#buffer())
      case op.READONLY_BUFFER:
        return this.#push(this.#pop())
      case op.EMPTY_LIST:
        return this.#push([])
      case op.EMPTY_DICT:
        return this.#push(this.#dicts.make())
      case op.EMPTY_SET:
        return this.#push(new Set())
      case op.EMPTY_TUPLE:
        return this.#push([])
      case op.TUPLE1:
        return this.#push(this.#popMany(1))
      case op.TUPLE2:
        return this.#push(this.#popMany(2))
      case op.TUPLE3:
        return this.#push(this.#popMany(3))
      case op.TUPLE:
      case op.LIST:
        return this.#push(this.#popMark())
      case op.FROZENSET:
        return this.#push(new Set(this.#popMark()))
      case op.DICT:
        return this.#dict(this.#popMark())
      case op.MARK:
        return this.#mark()
      case op.POP:
        return this.#popOrUnmark()
      case op.POP_MARK:
        return void this.#popMark()
      case op.DUP:
        return this.#dup()
      case op.APPEND:
        return this.#append(this.#popMany(1))
      case op.APPENDS:
        return this.#append(this.#popMark())
      case op.SETITEM:
        return this.#setItems(this.#popMany(2))
      case op.SETITEMS:
        return this.#setItems(this.#popMark())
      case op.ADDITEMS:
        return this.#addItems(this.#popMark())
      case op.MEMOIZE:
        return this.#put(this.#memo.size)
      case op.BINPUT:
        return this.#put(cursor.uint1())
      case op.LONG_BINPUT:
        return this.#put(cursor.uint4())
      case op.BINGET:
        return this.#get(cursor.uint1())
      case op.LONG_BINGET:
        return this.#get(cursor.uint4())
      case op.STACK_GLOBAL:
        return this.#stackGlobal(this.#popMany(2))
      case op.REDUCE:
        return this.#reduce(this.#popMany(2))
      case op.BUILD:
        return this.#build(this.#pop())
      case op.NEWOBJ:
        return this.#newObject(this.#popMany(2))
      case op.NEWOBJ_EX:
        return this.#newObjectEx(this.#popMany(3))
      case op.BINPERSID:
        return this.#persistent(this.#pop())
      default:
        return this.#oldStep(code)
    }
  }

  /** Opcodes that only protocols 0 and 1 use, as far as CPython writes them. */
  #oldStep(code: number): void {
    const cursor = this.#cursor
    switch (code) {
      case op.INT:
        return this.#pushParsed(parseInteger(cursor.line()))
      case op.LONG:
        return this.#pushParsed(parseLong(cursor.line()))
      case op.FLOAT:
        return this.#pushParsed(parseFloatText(cursor.line()))
      case op.STRING:
        return this.#pushParsed(parseQuoted(cursor.line()))
      case op.UNICODE:
        return this.#pushParsed(parseRawUnicode(cursor.line()))
      case op.BINSTRING:
        return this.#push(cursor.utf8(cursor.signedLength()))
      case op.SHORT_BINSTRING:
        return this.#push(cursor.utf8(cursor.uint1()))
      case op.PUT:
        return this.#put(this.#index(cursor.line()))
      case op.GET:
        return this.#get(this.#index(cursor.line()))
      case op.GLOBAL:
        return this.#stackGlobal([cursor.utf8Line(), cursor.utf8Line()])
      case op.INST:
        this.#stackGlobal([cursor.utf8Line(), cursor.utf8Line()])
        return this.#instance(this.#pop(), this.#popMark())
      case op.OBJ: {
        const [cls, ...args] = this.#popMark()
        return this.#instance(cls, args)
      }
      case op.PERSID:
        return this.#persistent(cursor.utf8Line())
      case op.EXT1:
      case op.EXT2:
      case op.EXT4:
        throw cursor.error(
          'ERR_PICKLE_UNSUPPORTED',
          'extension codes of copyreg are not read. Pickle without add_extension().',
        )
      default:
        throw cursor.corrupt('this is no opcode. The bytes are not a pickle, or were damaged.')
    }
  }

  #protocol(version: number): void {
    if (version <= highestProtocol) return
    throw this.#cursor.error(
      'ERR_PICKLE_UNSUPPORTED',
      `protocol ${version} is not read, ${highestProtocol} is the highest. Write it with protocol ${highestProtocol}.`,
    )
  }

  #push(value: unknown): void {
    this.#stack.push(value)
  }

  #pushParsed(value: unknown): void {
    if (value === undefined) throw this.#cursor.corrupt('its text is malformed.')
    this.#push(value)
  }

  #index(text: string): number {
    const index = parseIndex(text)
    if (index === undefined) throw this.#cursor.corrupt('its memo index is malformed.')
    return index
  }

  #pop(): unknown {
    if (this.#stack.length <= this.#fence) throw this.#cursor.corrupt('the stack is empty.')
    return this.#stack.pop()
  }

  #popMany(count: number): unknown[] {
    const from = this.#stack.length - count
    if (from < this.#fence) throw this.#cursor.corrupt(`the stack holds fewer than ${count} values.`)
    return this.#stack.splice(from, count)
  }

  #mark(): void {
    this.#marks.push(this.#stack.length)
    this.#fence = this.#stack.length
  }

  /** The values above the last mark, which goes with them. */
  #popMark(): unknown[] {
    const from = this.#marks.pop()
    if (from === undefined) throw this.#cursor.corrupt('there is no mark on the stack.')
    this.#fence = this.#marks.at(-1) ?? 0
    return this.#stack.splice(from)
  }

  #popOrUnmark(): void {
    if (this.#stack.length === this.#fence && this.#marks.length > 0) this.#popMark()
    else this.#pop()
  }

  /** The value on top, which stays there. */
  #top(): unknown {
    const value = this.#pop()
    this.#push(value)
    return value
  }

  #dup(): void {
    const value = this.#top()
    this.#dicts.noteShared(value)
    this.#push(value)
  }

  #put(index: number): void {
    const value = this.#top()
    this.#dicts.noteMemoized(value)
    this.#memo.put(index, value)
  }

  #get(index: number): void {
    if (!this.#memo.has(index)) throw this.#cursor.corrupt(`nothing was memoized as ${index}.`)
    const value = this.#memo.get(index)
    this.#dicts.noteShared(value)
    this.#push(value)
  }

  #buffer(): Uint8Array {
    const buffer = this.#buffers?.[this.#nextBuffer++]
    if (buffer !== undefined) return new Uint8Array(buffer.buffer, buffer.byteOffset, buffer.byteLength)
    const message = `the pickle has more out-of-band buffers than it was given. Pass what bufferCallback got as \`buffers\`.`
    throw this.#cursor.error('ERR_PICKLE_CORRUPT', message)
  }

  /** The target of a filling opcode. */
  #target(): object {
    const target = this.#top()
    if (typeof target !== 'object' || target === null || this.#host.isBorrowed(target)) {
      throw this.#cursor.corrupt('the value on the stack is not one that this pickle made and can fill.')
    }
    return target
  }

  #append(items: readonly unknown[]): void {
    const target = this.#target()
    for (const item of items) this.#filled(appendItem(target, item))
  }

  #addItems(items: readonly unknown[]): void {
    const target = this.#target()
    for (const item of items) this.#filled(addMember(target, item))
  }

  #filled(done: true | undefined): void {
    if (done === undefined && !this.#dicts.surveying)
      throw this.#cursor.corrupt('the value on the stack cannot take this.')
  }

  #dict(cells: readonly unknown[]): void {
    this.#push(this.#dicts.make())
    this.#setItems(cells)
  }

  #setItems(cells: readonly unknown[]): void {
    if (cells.length % 2 !== 0) throw this.#cursor.corrupt('a key has no value.')
    let target = this.#target()
    if (
      this.#dicts.isObject(target) &&
      cells.some((key, i) => i % 2 === 0 && typeof key !== 'string' && key !== unknownValue)
    ) {
      target = this.#asMap(target)
    }
    for (let i = 0; i < cells.length; i += 2) {
      const key = cells[i]
      if (target instanceof Map) target.set(key, cells[i + 1])
      else if (typeof key === 'string') setProperty(target, key, cells[i + 1])
      else this.#filled(undefined)
    }
  }

  /** Puts a Map in the place of the dict on top, or turns this pass into a survey. */
  #asMap(dict: object): object {
    const map = this.#dicts.replace(dict)
    if (map === undefined) {
      this.#host = surveyor
      return dict
    }
    this.#stack[this.#stack.length - 1] = map
    this.#memo.replaceLast(dict, map)
    return map
  }

  #build(state: unknown): void {
    this.#filled(buildState(this.#target(), state))
  }

  #stackGlobal([module, name]: readonly unknown[]): void {
    if (typeof module !== 'string' || typeof name !== 'string')
      throw this.#cursor.corrupt('a global is named by two strings.')
    this.#push(this.#ask(() => this.#host.find(module, name)))
  }

  #reduce([callee, args]: readonly unknown[]): void {
    const list = this.#arguments(args)
    this.#push(this.#ask(() => this.#host.call(callee, list)))
  }

  #newObject([cls, args]: readonly unknown[]): void {
    const list = this.#arguments(args)
    this.#push(this.#ask(() => this.#host.instantiate(cls, list)))
  }

  #newObjectEx([cls, args, keywords]: readonly unknown[]): void {
    if (typeof keywords !== 'object' || keywords === null || Reflect.ownKeys(keywords).length > 0) {
      throw this.#cursor.error('ERR_PICKLE_UNSUPPORTED', 'keyword arguments are not read.')
    }
    this.#newObject([cls, args])
  }

  #instance(cls: unknown, args: readonly unknown[]): void {
    this.#push(this.#ask(() => (args.length === 0 ? this.#host.instantiate(cls, args) : this.#host.call(cls, args))))
  }

  #arguments(args: unknown): readonly unknown[] {
    if (!Array.isArray(args)) throw this.#cursor.corrupt('the arguments are not a tuple.')
    return args
  }

  #persistent(id: unknown): void {
    this.#push(this.#ask(() => this.#host.persistentLoad(id)))
  }

  /** What the host gives. Its errors are told by offset, too. */
  #ask(question: () => unknown): unknown {
    try {
      return question()
    } catch (error) {
      if (error instanceof BadArguments) throw this.#cursor.corrupt(`${error.message}.`)
      if (isModulePickleError(error)) throw this.#cursor.error(error.code, error.message, error.cause ?? error)
      const reason = error instanceof Error ? error.message : String(error)
      throw this.#cursor.error('ERR_PICKLE_CORRUPT', `what it calls failed: ${reason}`, error)
    }
  }
}
