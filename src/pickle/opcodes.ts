/**
 * The pickle opcodes of protocols 0 to 5, as CPython's Lib/pickletools.py names them, and how each one's argument is laid out.
 *
 * Read by the encoder, the decoder and `dis`. Holds no behaviour.
 */

/** How the bytes after an opcode are read. A `…line` ends with a newline; `bytes4` has a 4-byte length in front. */
export type Argument =
  | 'none'
  | 'uint1'
  | 'uint2'
  | 'int4'
  | 'uint4'
  | 'uint8'
  | 'float8'
  | 'long1'
  | 'long4'
  | 'bytes1'
  | 'bytes4'
  | 'bytes8'
  | 'bytearray8'
  | 'string1'
  | 'string4'
  | 'unicode1'
  | 'unicode4'
  | 'unicode8'
  | 'intLine'
  | 'longLine'
  | 'floatLine'
  | 'quotedLine'
  | 'unicodeLine'
  | 'line'
  | 'lines2'

interface Opcode {
  readonly name: string
  readonly code: number
  readonly argument: Argument
  /** The protocol that introduced it. */
  readonly protocol: number
}

/** Opcode bytes by name. */
export const op = {
  MARK: 0x28,
  STOP: 0x2e,
  POP: 0x30,
  POP_MARK: 0x31,
  DUP: 0x32,
  FLOAT: 0x46,
  INT: 0x49,
  BININT: 0x4a,
  BININT1: 0x4b,
  LONG: 0x4c,
  BININT2: 0x4d,
  NONE: 0x4e,
  PERSID: 0x50,
  BINPERSID: 0x51,
  REDUCE: 0x52,
  STRING: 0x53,
  BINSTRING: 0x54,
  SHORT_BINSTRING: 0x55,
  UNICODE: 0x56,
  BINUNICODE: 0x58,
  EMPTY_LIST: 0x5d,
  APPEND: 0x61,
  BUILD: 0x62,
  GLOBAL: 0x63,
  DICT: 0x64,
  APPENDS: 0x65,
  GET: 0x67,
  BINGET: 0x68,
  INST: 0x69,
  LONG_BINGET: 0x6a,
  LIST: 0x6c,
  OBJ: 0x6f,
  PUT: 0x70,
  BINPUT: 0x71,
  LONG_BINPUT: 0x72,
  SETITEM: 0x73,
  TUPLE: 0x74,
  SETITEMS: 0x75,
  EMPTY_DICT: 0x7d,
  EMPTY_TUPLE: 0x29,
  BINFLOAT: 0x47,
  BINBYTES: 0x42,
  SHORT_BINBYTES: 0x43,
  PROTO: 0x80,
  NEWOBJ: 0x81,
  EXT1: 0x82,
  EXT2: 0x83,
  EXT4: 0x84,
  TUPLE1: 0x85,
  TUPLE2: 0x86,
  TUPLE3: 0x87,
  NEWTRUE: 0x88,
  NEWFALSE: 0x89,
  LONG1: 0x8a,
  LONG4: 0x8b,
  SHORT_BINUNICODE: 0x8c,
  BINUNICODE8: 0x8d,
  BINBYTES8: 0x8e,
  EMPTY_SET: 0x8f,
  ADDITEMS: 0x90,
  FROZENSET: 0x91,
  NEWOBJ_EX: 0x92,
  STACK_GLOBAL: 0x93,
  MEMOIZE: 0x94,
  FRAME: 0x95,
  BYTEARRAY8: 0x96,
  NEXT_BUFFER: 0x97,
  READONLY_BUFFER: 0x98,
} as const

/** Arguments and protocols of the opcodes that have one, or came after protocol 1. */
const details: Partial<Record<keyof typeof op, readonly [argument: Argument, protocol: number]>> = {
  FLOAT: ['floatLine', 0],
  INT: ['intLine', 0],
  BININT: ['int4', 1],
  BININT1: ['uint1', 1],
  LONG: ['longLine', 0],
  BININT2: ['uint2', 1],
  PERSID: ['line', 0],
  BINPERSID: ['none', 1],
  STRING: ['quotedLine', 0],
  BINSTRING: ['string4', 1],
  SHORT_BINSTRING: ['string1', 1],
  UNICODE: ['unicodeLine', 0],
  BINUNICODE: ['unicode4', 1],
  EMPTY_LIST: ['none', 1],
  GLOBAL: ['lines2', 0],
  APPENDS: ['none', 1],
  GET: ['intLine', 0],
  BINGET: ['uint1', 1],
  INST: ['lines2', 0],
  LONG_BINGET: ['uint4', 1],
  OBJ: ['none', 1],
  PUT: ['intLine', 0],
  BINPUT: ['uint1', 1],
  LONG_BINPUT: ['uint4', 1],
  SETITEMS: ['none', 1],
  EMPTY_DICT: ['none', 1],
  EMPTY_TUPLE: ['none', 1],
  POP_MARK: ['none', 1],
  BINFLOAT: ['float8', 1],
  BINBYTES: ['bytes4', 3],
  SHORT_BINBYTES: ['bytes1', 3],
  PROTO: ['uint1', 2],
  NEWOBJ: ['none', 2],
  EXT1: ['uint1', 2],
  EXT2: ['uint2', 2],
  EXT4: ['int4', 2],
  TUPLE1: ['none', 2],
  TUPLE2: ['none', 2],
  TUPLE3: ['none', 2],
  NEWTRUE: ['none', 2],
  NEWFALSE: ['none', 2],
  LONG1: ['long1', 2],
  LONG4: ['long4', 2],
  SHORT_BINUNICODE: ['unicode1', 4],
  BINUNICODE8: ['unicode8', 4],
  BINBYTES8: ['bytes8', 4],
  EMPTY_SET: ['none', 4],
  ADDITEMS: ['none', 4],
  FROZENSET: ['none', 4],
  NEWOBJ_EX: ['none', 4],
  STACK_GLOBAL: ['none', 4],
  MEMOIZE: ['none', 4],
  FRAME: ['uint8', 4],
  BYTEARRAY8: ['bytearray8', 5],
  NEXT_BUFFER: ['none', 5],
  READONLY_BUFFER: ['none', 5],
}

/** Every opcode by its byte. */
export const opcodes: ReadonlyMap<number, Opcode> = new Map(
  (Object.keys(op) as (keyof typeof op)[]).map(name => {
    const [argument, protocol] = details[name] ?? ['none', 0]
    return [op[name], { name, code: op[name], argument, protocol }]
  }),
)

/** The bytes of opcodes listed by name. */
export function namedOpcodes(names: string): ReadonlySet<number> {
  const wanted = new Set(names.trim().split(/\s+/))
  return new Set([...opcodes.values()].filter(opcode => wanted.has(opcode.name)).map(opcode => opcode.code))
}
