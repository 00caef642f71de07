/**
 * Opcodes that only protocols 0 and 1 use: arguments as lines of text, PUT and GET by number, lists and dicts from a mark.
 */
import { op } from './opcodes.ts'
import type { Machine } from './machine.ts'
import { parseFloatText, parseIndex, parseInteger, parseLong, parseQuoted, parseRawUnicode } from './text.ts'

export function textOpcode(machine: Machine, code: number): void {
  const { cursor } = machine
  switch (code) {
    case op.INT:
      return machine.push(parsed(machine, parseInteger(cursor.line())))
    case op.LONG:
      return machine.push(parsed(machine, parseLong(cursor.line())))
    case op.FLOAT:
      return machine.push(parsed(machine, parseFloatText(cursor.line())))
    case op.STRING:
      return machine.push(parsed(machine, parseQuoted(cursor.line())))
    case op.UNICODE:
      return machine.push(parsed(machine, parseRawUnicode(cursor.line())))
    case op.BINSTRING:
      return machine.push(cursor.utf8(cursor.signedLength()))
    case op.SHORT_BINSTRING:
      return machine.push(cursor.utf8(cursor.uint1()))
    case op.PUT:
      return machine.put(index(machine, cursor.line()))
    case op.BINPUT:
      return machine.put(cursor.uint1())
    case op.LONG_BINPUT:
      return machine.put(cursor.uint4())
    case op.GET:
      return machine.get(index(machine, cursor.line()))
    case op.DUP:
      return machine.duplicate()
    case op.LIST:
      return machine.push(machine.popMark())
    case op.DICT:
      return machine.dict()
    case op.GLOBAL:
      return machine.global(cursor.utf8Line(), cursor.utf8Line())
    case op.INST:
      machine.global(cursor.utf8Line(), cursor.utf8Line())
      return machine.instance(machine.pop(), machine.popMark())
    case op.OBJ: {
      const [cls, ...args] = machine.popMark()
      return machine.instance(cls, args)
    }
    case op.PERSID:
      return machine.persistent(cursor.utf8Line())
    default:
      throw cursor.corrupt('this is no opcode. The bytes are not a pickle, or were damaged.')
  }
}

function parsed<T>(machine: Machine, value: T | undefined): T {
  if (value === undefined) throw machine.cursor.corrupt('its text is malformed.')
  return value
}

function index(machine: Machine, text: string): number {
  return parsed(machine, parseIndex(text))
}
