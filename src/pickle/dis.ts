/**
 * A listing of a pickle's opcodes in the form of `python3 -m pickletools`. Nothing is run and nothing is looked up.
 */
import { Cursor } from './cursor.ts'
import { longValue } from './integers.ts'
import { defaultLimits } from './limits.ts'
import { GlobalNames } from './global-names.ts'
import { namedOpcodes, op, opcodes, type Argument } from './opcodes.ts'
import { reprBytearray, reprBytes, reprFloat, reprString } from './python-repr.ts'
import { parseFloatText, parseInteger, parseLong, parseQuoted, parseRawUnicode } from './text.ts'

/** Opcodes that take everything above the last MARK. */
const marked = namedOpcodes('TUPLE LIST DICT APPENDS SETITEMS ADDITEMS FROZENSET POP_MARK OBJ INST')
const stored = namedOpcodes('PUT BINPUT LONG_BINPUT MEMOIZE')

export interface DisOptions {
  /** Adds to STACK_GLOBAL what it names, such as `js Array.prototype.map`. GLOBAL and INST say so themselves. */
  names?: boolean
}

/** The listing, ending with the highest protocol that an opcode needs. Throws where the bytes are no pickle. */
export function dis(bytes: Uint8Array, options: DisOptions = {}): string {
  const names = options.names === true ? new GlobalNames() : undefined
  const cursor = new Cursor(bytes, defaultLimits)
  const lines: string[] = []
  const marks: number[] = []
  let memoized = 0
  let highest = 0
  for (let code = -1; code !== op.STOP;) {
    code = cursor.opcode()
    const opcode = opcodes.get(code)
    if (opcode === undefined) throw cursor.corrupt('this is no opcode. The bytes are not a pickle, or were damaged.')
    highest = Math.max(highest, opcode.protocol)
    const indent = ' '.repeat(4 * marks.length)
    const argumentAt = cursor.at
    const notes = [argumentText(cursor, opcode.argument)]
    notes.push(names?.note(code, bytes.subarray(argumentAt, cursor.at), memoized) ?? '')
    if (marked.has(code)) notes.push(markNote(marks.pop()))
    if (code === op.MEMOIZE) notes.push(`(as ${memoized})`)
    if (stored.has(code)) memoized++
    if (code === op.MARK) marks.push(cursor.opcodeAt)
    const position = String(cursor.opcodeAt).padStart(5)
    const text = notes.filter(note => note !== '').join(' ')
    const name = text === '' ? opcode.name : `${opcode.name.padEnd(10)} ${text}`
    lines.push(`${position}: ${codeText(code).padEnd(4)} ${indent}${name}`)
  }
  lines.push(`highest protocol among opcodes = ${highest}`, '')
  return lines.join('\n')
}

function markNote(at: number | undefined): string {
  return at === undefined ? 'no MARK exists on stack' : `(MARK at ${at})`
}

function codeText(code: number): string {
  return code < 0x80 ? String.fromCharCode(code) : `\\x${code.toString(16)}`
}

function argumentText(cursor: Cursor, argument: Argument): string {
  switch (argument) {
    case 'none':
      return ''
    case 'uint1':
      return String(cursor.uint1())
    case 'uint2':
      return String(cursor.uint2())
    case 'int4':
      return String(cursor.int4())
    case 'uint4':
      return String(cursor.uint4())
    case 'uint8':
      return String(cursor.uint8())
    case 'float8':
      return reprFloat(cursor.float8())
    case 'long1':
      return String(longValue(cursor.take(cursor.uint1())))
    case 'long4':
      return String(longValue(cursor.take(cursor.signedLength())))
    case 'bytes1':
      return reprBytes(cursor.take(cursor.uint1()))
    case 'bytes4':
      return reprBytes(cursor.take(cursor.uint4()))
    case 'bytes8':
      return reprBytes(cursor.take(cursor.uint8()))
    case 'bytearray8':
      return reprBytearray(cursor.take(cursor.uint8()))
    case 'string1':
      return reprString(latin1(cursor.take(cursor.uint1())))
    case 'string4':
      return reprString(latin1(cursor.take(cursor.signedLength())))
    case 'unicode1':
      return reprString(cursor.utf8(cursor.uint1()))
    case 'unicode4':
      return reprString(cursor.utf8(cursor.uint4()))
    case 'unicode8':
      return reprString(cursor.utf8(cursor.uint8()))
    case 'lines2':
      return reprString(`${cursor.utf8Line()} ${cursor.utf8Line()}`)
    default:
      return lineText(cursor, argument)
  }
}

function lineText(cursor: Cursor, argument: Argument): string {
  const line = cursor.line()
  const value = parsedLine(line, argument)
  if (value === undefined) throw cursor.corrupt('its text is malformed.')
  if (typeof value === 'string') return reprString(value)
  if (typeof value === 'boolean') return value ? 'True' : 'False'
  return argument === 'floatLine' ? reprFloat(Number(value)) : String(value)
}

function parsedLine(line: string, argument: Argument): string | number | bigint | boolean | undefined {
  if (argument === 'intLine') return parseInteger(line)
  if (argument === 'longLine') return parseLong(line)
  if (argument === 'floatLine') return parseFloatText(line)
  if (argument === 'quotedLine') return parseQuoted(line)
  return argument === 'unicodeLine' ? parseRawUnicode(line) : line
}

function latin1(bytes: Uint8Array): string {
  return Array.from(bytes, byte => String.fromCharCode(byte)).join('')
}
