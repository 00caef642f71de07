/**
 * Pickles of this package among the files of a project, told by their first bytes: protocol 5, and a manifest after that.
 */
import { closeSync, openSync, readSync } from 'node:fs'

/** The opcodes before the manifest and its first item take less. */
const headBytes = 64

/** Whether `file` begins as a pickle that refers to modules does. */
export function isPickleWithCode(file: string): boolean {
  const head = Buffer.alloc(headBytes)
  const descriptor = openSync(file, 'r')
  try {
    const length = readSync(descriptor, head, 0, headBytes, 0)
    return head[0] === 0x80 && head[1] === 5 && head.subarray(2, length).includes('modulepickle')
  } finally {
    closeSync(descriptor)
  }
}
