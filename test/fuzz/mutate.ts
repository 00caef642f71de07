/**
 * New inputs out of old ones: bits and bytes changed, whole opcodes moved, two pickles joined.
 */
import { dis } from '../../src/pickle/index.ts'
import { opcodes } from '../../src/pickle/opcodes.ts'

/** A generator of numbers in [0, 1) that a seed repeats (mulberry32). */
export function seededRandom(seed: number): () => number {
  let state = seed | 0
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
}

const longest = 2000
const codes = [...opcodes.keys()]
const telling = [0, 1, 2, 3, 0x7f, 0x80, 0xff, 0x0a, 0x2e]

export class Mutator {
  readonly #random: () => number

  constructor(random: () => number) {
    this.#random = random
  }

  /** `corpus` is where other parts come from. */
  mutate(input: Uint8Array, corpus: readonly Uint8Array[]): Uint8Array {
    let bytes = input
    for (let times = 1 + this.#below(4); times > 0; times--) bytes = this.#once(bytes, corpus)
    return bytes.subarray(0, longest)
  }

  pick<T>(items: readonly T[]): T {
    return items[this.#below(items.length)] as T
  }

  #once(bytes: Uint8Array, corpus: readonly Uint8Array[]): Uint8Array {
    const at = this.#below(bytes.length + 1)
    switch (this.#below(9)) {
      case 0:
        return this.#changed(bytes, byte => byte ^ (1 << this.#below(8)))
      case 1:
        return this.#changed(bytes, () => this.pick(telling))
      case 2:
        return this.#changed(bytes, () => this.pick(codes))
      case 3:
        return joined(bytes.subarray(0, at), Uint8Array.of(this.pick(codes)), bytes.subarray(at))
      case 4:
        return joined(bytes.subarray(0, at), bytes.subarray(at + 1 + this.#below(8)))
      case 5: {
        const end = at + this.#below(40)
        return joined(bytes.subarray(0, end), bytes.subarray(at))
      }
      case 6:
        return joined(bytes.subarray(0, at), this.#part(this.pick(corpus)), bytes.subarray(at))
      default:
        return this.#byOpcode(bytes, corpus)
    }
  }

  /** Opcodes with their arguments: one taken out, doubled, or put in from another pickle. */
  #byOpcode(bytes: Uint8Array, corpus: readonly Uint8Array[]): Uint8Array {
    const starts = opcodeStarts(bytes)
    if (starts.length < 2) return this.#changed(bytes, () => this.#below(256))
    const index = this.#below(starts.length - 1)
    const from = starts[index] as number
    const to = starts[Math.min(index + 1 + this.#below(3), starts.length - 1)] as number
    const kind = this.#below(3)
    if (kind === 0) return joined(bytes.subarray(0, from), bytes.subarray(to))
    if (kind === 1) return joined(bytes.subarray(0, to), bytes.subarray(from))
    const other = this.pick(corpus)
    const others = opcodeStarts(other)
    const start = others[this.#below(others.length)] ?? 0
    const end = others[this.#below(others.length)] ?? other.length
    return joined(bytes.subarray(0, from), other.subarray(start, Math.max(start, end)), bytes.subarray(from))
  }

  #part(bytes: Uint8Array): Uint8Array {
    const from = this.#below(bytes.length + 1)
    return bytes.subarray(from, from + this.#below(64))
  }

  #changed(bytes: Uint8Array, change: (byte: number) => number): Uint8Array {
    const copy = bytes.slice()
    if (copy.length > 0) {
      const at = this.#below(copy.length)
      copy[at] = change(copy[at] as number)
    }
    return copy
  }

  #below(limit: number): number {
    return Math.floor(this.#random() * limit)
  }
}

/** Where opcodes stand, as far as the bytes are a pickle. */
function opcodeStarts(bytes: Uint8Array): number[] {
  try {
    return [...dis(bytes).matchAll(/^ *(\d+): /gm)].map(([, at]) => Number(at))
  } catch {
    return []
  }
}

function joined(...parts: Uint8Array[]): Uint8Array {
  return Uint8Array.from(Buffer.concat(parts))
}
