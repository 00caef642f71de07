/**
 * The reading half of the pickle machine: opcodes of protocols 0 to 5 in, one value out, as Lib/pickle.py's _Unpickler.
 *
 * This file tells opcodes apart and reads their arguments; what they do is in `machine.ts`.
 */
import { isModulePickleError } from '../errors.ts'
import { Cursor } from './cursor.ts'
import type { DictKinds } from './dicts.ts'
import type { Host } from './host.ts'
import { longValue, shortLongValue } from './integers.ts'
import { Machine, type MachineOptions } from './machine.ts'
import { op } from './opcodes.ts'
import { textOpcode } from './text-opcodes.ts'

const highestProtocol = 5

export class Decoder {
  readonly #cursor: Cursor
  readonly #machine: Machine
  readonly #maxDepth: number

  constructor(bytes: Uint8Array, host: Host, dicts: DictKinds, options: MachineOptions) {
    this.#cursor = new Cursor(bytes, options.limits)
    this.#machine = new Machine(this.#cursor, host, dicts, options)
    this.#maxDepth = options.limits.maxDepth
  }

  /** Runs to STOP and returns the value. */
  run(): unknown {
    return this.#coded(() => (this.#runTo(op.STOP, undefined) ? this.#machine.pop() : undefined))
  }

  /**
   * Runs while the opcodes are among `allowed`, up to BINPERSID and POP: the id, if it is the only value there is. Undefined
   * at any other opcode.
   */
  runToPersistentId(allowed: ReadonlySet<number>): unknown {
    return this.#coded(() => {
      if (!this.#runTo(op.BINPERSID, allowed)) return undefined
      const alone = this.#machine.stack.length === 1 && this.#machine.markCount === 0
      return alone && this.#cursor.opcode() === op.POP ? this.#machine.pop() : undefined
    })
  }

  /** Errors of the engine, too, get a code and an offset: a Map that is too large, a property of what has been frozen. */
  #coded(run: () => unknown): unknown {
    try {
      return run()
    } catch (error) {
      if (isModulePickleError(error)) throw error
      const reason = error instanceof Error ? error.message : String(error)
      throw this.#cursor.error('ERR_PICKLE_CORRUPT', `it cannot be done: ${reason}`, error)
    }
  }

  /** False at an opcode that is not among `allowed`. The opcodes that most of a pickle is made of stand here, for speed. */
  #runTo(last: number, allowed: ReadonlySet<number> | undefined): boolean {
    const cursor = this.#cursor
    const machine = this.#machine
    const { stack } = machine
    // An opcode adds one value at most: depth needs no look before so many of them have run.
    let unchecked = 0
    for (let code = cursor.opcode(); code !== last; code = cursor.opcode()) {
      if (allowed !== undefined && !allowed.has(code)) return false
      switch (code) {
        case op.BINGET:
          machine.get(cursor.uint1())
          break
        case op.LONG_BINGET:
          machine.get(cursor.uint4())
          break
        case op.MEMOIZE:
          machine.memoize()
          break
        case op.SHORT_BINUNICODE:
          stack.push(cursor.utf8(cursor.uint1()))
          break
        case op.BININT1:
          stack.push(cursor.uint1())
          break
        case op.BININT2:
          stack.push(cursor.uint2())
          break
        case op.BININT:
          stack.push(cursor.int4())
          break
        case op.BINFLOAT:
          stack.push(cursor.float8())
          break
        case op.NONE:
          stack.push(null)
          break
        case op.NEWTRUE:
          stack.push(true)
          break
        case op.NEWFALSE:
          stack.push(false)
          break
        case op.MARK:
          machine.mark()
          break
        case op.EMPTY_LIST:
          stack.push([])
          break
        case op.EMPTY_DICT:
          machine.emptyDict()
          break
        case op.APPENDS:
          machine.appendMarked()
          break
        case op.SETITEMS:
          machine.setMarked()
          break
        default:
          this.#step(code)
      }
      if (unchecked-- > 0) continue
      if (stack.length > this.#maxDepth) cursor.checkLimit('maxDepth', stack.length)
      unchecked = this.#maxDepth - stack.length
    }
    return true
  }

  #step(code: number): void {
    const cursor = this.#cursor
    const machine = this.#machine
    switch (code) {
      case op.APPEND:
        return machine.append()
      case op.SETITEM:
        return machine.setItem()
      case op.PROTO:
        return this.#protocol(cursor.uint1())
      case op.FRAME:
        return cursor.expectAhead(cursor.uint8())
      case op.LONG1:
        return machine.push(shortLongValue(cursor.integer(cursor.uint1())))
      case op.LONG4:
        return machine.push(longValue(cursor.integer(cursor.signedLength())))
      case op.BINUNICODE:
        return machine.push(cursor.utf8(cursor.uint4()))
      case op.BINUNICODE8:
        return machine.push(cursor.utf8(cursor.uint8()))
      case op.SHORT_BINBYTES:
        return machine.bytes(cursor.uint1())
      case op.BINBYTES:
        return machine.bytes(cursor.uint4())
      case op.BINBYTES8:
        return machine.bytes(cursor.uint8())
      case op.BYTEARRAY8:
        return machine.push(cursor.take(cursor.uint8()).slice())
      case op.NEXT_BUFFER:
        return machine.push(machine.buffer())
      case op.READONLY_BUFFER:
        return machine.push(machine.pop())
      case op.EMPTY_SET:
        return machine.push(new Set())
      case op.ADDITEMS:
        return machine.addMarked()
      case op.FROZENSET:
        return machine.frozenset()
      case op.EMPTY_TUPLE:
        return machine.tuple([])
      case op.TUPLE1:
        return machine.tuple(machine.popMany(1))
      case op.TUPLE2:
        return machine.tuple(machine.popMany(2))
      case op.TUPLE3:
        return machine.tuple(machine.popMany(3))
      case op.TUPLE:
        return machine.tuple(machine.popMark())
      case op.POP:
        return machine.popOrUnmark()
      case op.POP_MARK:
        return void machine.popMark()
      case op.STACK_GLOBAL: {
        const [module, name] = machine.popMany(2)
        return machine.global(module, name)
      }
      case op.REDUCE:
        return machine.reduce()
      case op.BUILD:
        return machine.build()
      case op.NEWOBJ:
        return machine.newObject()
      case op.NEWOBJ_EX:
        return machine.newObjectEx()
      case op.BINPERSID:
        return machine.persistent(machine.pop())
      case op.EXT1:
        return machine.extension(cursor.uint1())
      case op.EXT2:
        return machine.extension(cursor.uint2())
      case op.EXT4:
        return machine.extension(cursor.int4())
      default:
        return textOpcode(machine, code)
    }
  }

  #protocol(version: number): void {
    if (version <= highestProtocol) return
    throw this.#cursor.error(
      'ERR_PICKLE_UNSUPPORTED',
      `protocol ${version} is not read, ${highestProtocol} is the highest. Write it with protocol ${highestProtocol}.`,
    )
  }
}
