/**
 * What STACK_GLOBAL names, for listings: the two strings before it, which often come from the memo.
 *
 * Follows strings only, in the order of the bytes. Nothing is run, so that a pickle made to mislead it can.
 */
import { namedOpcodes, op } from './opcodes.ts'
import { readUtf8 } from './utf8.ts'

const quiet = namedOpcodes('MEMOIZE BINPUT LONG_BINPUT FRAME')

/** Bytes in front of the text. */
const headers: ReadonlyMap<number, number> = new Map([
  [op.SHORT_BINUNICODE, 1],
  [op.BINUNICODE, 4],
  [op.BINUNICODE8, 8],
])

export class GlobalNames {
  readonly #memo = new Map<number, string>()
  /** The strings that the last opcodes put on the stack. */
  #recent: string[] = []

  /** What to add to the line of the opcode; `memoized` is how many values are in the memo. */
  note(code: number, argument: Uint8Array, memoized: number): string {
    const header = headers.get(code)
    if (header !== undefined) return this.#push(readUtf8(argument, header, argument.length))
    if (code === op.BINGET || code === op.LONG_BINGET) return this.#push(this.#memo.get(littleEndian(argument)))
    if (quiet.has(code)) {
      const last = this.#recent.at(-1)
      const index = code === op.MEMOIZE ? memoized : littleEndian(argument)
      if (last !== undefined && code !== op.FRAME) this.#memo.set(index, last)
      return ''
    }
    const [module, name] = this.#recent.slice(-2)
    this.#recent = []
    return code === op.STACK_GLOBAL && module !== undefined && name !== undefined ? `${module} ${name}` : ''
  }

  #push(text: string | number | undefined): '' {
    if (typeof text === 'string') this.#recent.push(text)
    else this.#recent = []
    return ''
  }
}

function littleEndian(bytes: Uint8Array): number {
  return bytes.reduceRight((value, byte) => value * 256 + byte, 0)
}
