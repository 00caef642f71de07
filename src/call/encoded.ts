/**
 * A pickle and the large buffers that stand beside it (PEP 574, out-of-band), so that these are copied no more often than needed:
 * once where they are pickled, as their owner may change them while they are under way, and never where they arrive.
 */
export interface Encoded {
  readonly bytes: Uint8Array
  /** In the order in which the pickle asks for them. Each has its memory to itself. */
  readonly buffers: readonly Uint8Array[]
}

/** Smaller ones stand in the pickle. */
const largeBufferBytes = 65_536

/** What a pickler is given to put large buffers, as they are now, into `buffers`. */
export function keepLarge(buffers: Uint8Array[]): (buffer: Uint8Array) => boolean {
  return buffer => {
    if (buffer.byteLength < largeBufferBytes) return true
    buffers.push(buffer.slice())
    return false
  }
}
