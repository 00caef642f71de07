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
    return this.#coded(() => {
      for (;;) {
        const code = this.#cursor.opcode()
        if (code === op.STOP) return this.#machine.pop()
        this.#step(code)
        this.#checkDepth()
      }
    })
  }

  /**
   * Runs while the opcodes are among `allowed`, up to BINPERSID and POP: the id, if it is the only value there is. Undefined
   * at any other opcode.
   */
  runToPersistentId(allowed: ReadonlySet<number>): unknown {
    return this.#coded(() => {
      for (let code = this.#cursor.opcode(); code !== op.BINPERSID; code = this.#cursor.opcode()) {
        if (!allowed.has(code)) return undefined
        this.#step(code)
        this.#checkDepth()
      }
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

  #checkDepth(): void {
    const depth = this.#machine.stack.length
    if (depth > this.#maxDepth) this.#cursor.checkLimit('maxDepth', depth)
  }

  #step(code: number): void {
    const cursor = this.#cursor
    const machine = this.#machine
    switch (code) {
      case op.BINGET:
        return machine.get(cursor.uint1())
      case op.LONG_BINGET:
        return machine.get(cursor.uint4())
      case op.MEMOIZE:
        return machine.put(machine.memo.size)
      case op.SHORT_BINUNICODE:
        return machine.push(cursor.utf8(cursor.uint1()))
      case op.BININT1:
        return machine.push(cursor.uint1())
      case op.BININT2:
        return machine.push(cursor.uint2())
      case op.BININT:
        return machine.push(cursor.int4())
      case op.BINFLOAT:
        return machine.push(cursor.float8())
      case op.NONE:
        return machine.push(null)
      case op.NEWTRUE:
        return machine.push(true)
      case op.NEWFALSE:
        return machine.push(false)
      case op.MARK:
        return machine.mark()
      case op.EMPTY_LIST:
        return machine.push([])
      case op.EMPTY_DICT:
        return machine.emptyDict()
      case op.APPENDS:
        return machine.appendMarked()
      case op.SETITEMS:
        return machine.setMarked()
      case op.APPEND:
        return machine.append()
      case op.SETITEM:
        return machine.setItem()
      default:
        return this.#rarerStep(code)
    }
  }

  #rarerStep(code: number): void {
    const cursor = this.#cursor
    const machine = this.#machine
    switch (code) {
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
