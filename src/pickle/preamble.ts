/**
 * The persistent id that a pickle may begin with: what a reader must have before the body makes sense.
 *
 * Reads plain data without memo use up to BINPERSID, POP, and never past them. No global is looked at.
 */
import { Decoder } from './decoder.ts'
import { DictKinds } from './dicts.ts'
import { ModulePickleError } from '../errors.ts'
import type { Host } from './host.ts'
import { defaultLimits } from './limits.ts'
import { namedOpcodes } from './opcodes.ts'

const plainData = namedOpcodes(`
  PROTO FRAME NONE NEWTRUE NEWFALSE BININT BININT1 BININT2 LONG1 LONG4 BINFLOAT SHORT_BINUNICODE BINUNICODE
  BINUNICODE8 SHORT_BINBYTES BINBYTES BINBYTES8 BYTEARRAY8 EMPTY_LIST EMPTY_DICT EMPTY_TUPLE TUPLE1 TUPLE2 TUPLE3 TUPLE MARK APPEND APPENDS SETITEM SETITEMS`)

function unreachable(): never {
  throw new ModulePickleError('ERR_PICKLE_CORRUPT', 'a preamble holds plain data only.')
}

const noHost: Host = {
  find: unreachable,
  extension: unreachable,
  persistentLoad: unreachable,
  call: unreachable,
  instantiate: unreachable,
  charge: () => undefined,
  isBorrowed: () => false,
  buffers: undefined,
}

/** The persistent id, or undefined where the pickle begins with something else: its first MEMOIZE tells. */
export function readPreamble(bytes: Uint8Array): unknown {
  return new Decoder(bytes, noHost, new DictKinds(), { limits: defaultLimits, python: false }).runToPersistentId(
    plainData,
  )
}
