/**
 * Files as a tar archive (POSIX ustar), which is how an engine takes files for a container.
 *
 * Input: a few files and directories, in memory. Names are at most 100 bytes; nothing here needs more.
 */
import assert from 'node:assert/strict'

export interface TarEntry {
  /** A path without a leading slash. That of a directory ends in one. */
  readonly name: string
  readonly mode: number
  readonly content?: Uint8Array
}

const blockBytes = 512

/** All entries belong to root. */
export function tarOf(entries: readonly TarEntry[]): Buffer {
  const blocks: Uint8Array[] = []
  for (const { name, mode, content = new Uint8Array() } of entries) {
    const padding = -content.byteLength & (blockBytes - 1)
    blocks.push(header(name, mode, content.byteLength), content, Buffer.alloc(padding))
  }
  return Buffer.concat([...blocks, Buffer.alloc(2 * blockBytes)])
}

function header(name: string, mode: number, sizeBytes: number): Buffer {
  assert.ok(Buffer.byteLength(name) <= 100, name)
  const block = Buffer.alloc(blockBytes)
  const octal = (value: number, at: number, digits: number): number =>
    block.write(value.toString(8).padStart(digits, '0'), at)
  block.write(name, 0)
  octal(mode, 100, 7)
  octal(0, 108, 7)
  octal(0, 116, 7)
  octal(sizeBytes, 124, 11)
  octal(0, 136, 11)
  block.write(name.endsWith('/') ? '5' : '0', 156)
  block.write('ustar\u000000', 257)
  // The checksum is that of the header with spaces in its place.
  block.fill(' ', 148, 156)
  octal(
    block.reduce((sum, byte) => sum + byte, 0),
    148,
    6,
  )
  block.write('\u0000 ', 154)
  return block
}
