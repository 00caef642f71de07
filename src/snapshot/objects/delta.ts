/**
 * One content as a change of another: what both begin and end with is counted, and what is new between is deflated with what is
 * old there as its dictionary. Zlib is in every Node, so both ends have it.
 *
 * A compiled module ends in its source map as base64, where one more character changes all that follows. So the map is compared as
 * the text that it stands for.
 */
import { deflateRawSync, inflateRawSync } from 'node:zlib'

/** How many bytes from the start and to the end are those of the base, and what is between; and the same for source maps. */
type Delta = readonly [prefix: number, suffix: number, middle: Uint8Array]
export type ContentDelta = readonly [code: Delta, map?: Delta]

/** What deflate can look back to. */
const windowBytes = 32 * 1024
const maximumBytes = 1024 ** 3
const mapComment = Buffer.from('//# sourceMappingURL=data:application/json;base64,')

/** `base` is empty where there is none. */
export function encodeContent(base: Uint8Array, content: Uint8Array): ContentDelta {
  const from = splitMap(base)
  const to = splitMap(content)
  if (!from.map || !to.map) return [encodeDelta(base, content)]
  return [encodeDelta(from.code, to.code), encodeDelta(from.map, to.map)]
}

/** @throws Error where the delta does not fit the base */
export function decodeContent(base: Uint8Array, [code, map]: ContentDelta): Uint8Array {
  if (!map) return decodeDelta(base, code)
  const from = splitMap(base)
  return joinMap(decodeDelta(from.code, code), decodeDelta(from.map ?? new Uint8Array(), map))
}

function encodeDelta(base: Uint8Array, content: Uint8Array): Delta {
  const shorter = Math.min(base.length, content.length)
  let prefix = 0
  while (prefix < shorter && base[prefix] === content[prefix]) prefix++
  let suffix = 0
  while (suffix < shorter - prefix && base[base.length - 1 - suffix] === content[content.length - 1 - suffix]) suffix++
  const middle = content.subarray(prefix, content.length - suffix)
  return [prefix, suffix, deflateRawSync(middle, dictionaryOf(base, suffix))]
}

function decodeDelta(base: Uint8Array, [prefix, suffix, middle]: Delta): Uint8Array {
  if (prefix + suffix > base.length) throw new RangeError('it takes more of its base than there is')
  const inflated = inflateRawSync(middle, { ...dictionaryOf(base, suffix), maxOutputLength: maximumBytes })
  return Buffer.concat([base.subarray(0, prefix), inflated, base.subarray(base.length - suffix)])
}

/** The base up to where its end is kept: what was there, and what comes before it, because text repeats itself. */
function dictionaryOf(base: Uint8Array, suffix: number): { dictionary?: Uint8Array } {
  const end = base.length - suffix
  return end === 0 ? {} : { dictionary: base.subarray(Math.max(0, end - windowBytes), end) }
}

/** The source map, where it is exactly as `joinMap` would write it. */
function splitMap(content: Uint8Array): { readonly code: Uint8Array; readonly map?: Buffer } {
  const bytes = Buffer.from(content.buffer, content.byteOffset, content.byteLength)
  const start = bytes.lastIndexOf(mapComment)
  if (start === -1) return { code: content }
  const map = Buffer.from(bytes.toString('latin1', start + mapComment.length), 'base64')
  const code = content.subarray(0, start)
  return joinMap(code, map).equals(bytes) ? { code, map } : { code: content }
}

function joinMap(code: Uint8Array, map: Uint8Array): Buffer {
  const text = Buffer.from(map.buffer, map.byteOffset, map.byteLength).toString('base64')
  return Buffer.concat([code, mapComment, Buffer.from(`${text}\n`, 'latin1')])
}
