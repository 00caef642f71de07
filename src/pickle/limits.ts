/**
 * How much a pickle may ask of its reader. A pickle from outside is checked against these before memory is taken.
 *
 * The defaults let through all that is written here, short of what no machine holds; lower them for input that nobody vouches for.
 */

export interface Limits {
  /** Bytes of the whole pickle. Default 2³². */
  maxBytes: number
  /** Values, and marks, that wait on the stack at once: at least the depth of nested containers. Default 2²⁴. */
  maxDepth: number
  /** Values in the memo. Default 2²⁵. */
  maxMemo: number
  /** Bytes of one string, or of one line of protocol 0. Default 2²⁹ − 24, the longest string that V8 holds. */
  maxString: number
  /** Bytes of one integer in binary. Default 2²⁴. Decimal digits end at 100,000. */
  maxInteger: number
  /**
   * Members that calls and BUILD may copy out of containers, for each byte of the pickle, after the first 65,536. It is what
   * keeps a few bytes that copy one long list again and again from filling the memory. Default 16.
   */
  maxExpansion: number
  /**
   * Resizable ArrayBuffers. Each takes a mapping of the process's address space, and a process that runs out of those dies.
   * Default 4,096.
   */
  maxResizable: number
}

export const defaultLimits: Readonly<Limits> = {
  maxBytes: 2 ** 32,
  maxDepth: 2 ** 24,
  maxMemo: 2 ** 25,
  maxString: 2 ** 29 - 24,
  maxInteger: 2 ** 24,
  maxExpansion: 16,
  maxResizable: 4096,
}

/** Members that any pickle may copy, however short it is. */
const freeExpansion = 65_536

/** Members that a pickle of `size` bytes may copy. */
export function expansionBudget(size: number, limits: Readonly<Limits>): number {
  return freeExpansion + size * limits.maxExpansion
}

/** The given limits over the defaults. */
export function limitsOf(given: Partial<Limits> | undefined): Readonly<Limits> {
  return given === undefined ? defaultLimits : { ...defaultLimits, ...given }
}
