/**
 * The bytes of a pickle file; `-` is stdin.
 */
import { readFile } from 'node:fs/promises'
import { buffer } from 'node:stream/consumers'
import { UsageError } from './command.ts'

/** @throws UsageError where it cannot be read */
export async function readPickleFile(name: string): Promise<Uint8Array> {
  try {
    return name === '-' ? await buffer(process.stdin) : await readFile(name)
  } catch (error) {
    throw new UsageError(`${name} cannot be read: ${(error as Error).message}.`)
  }
}
