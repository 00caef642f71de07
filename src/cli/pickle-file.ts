/**
 * The bytes of a pickle file; `-` is stdin.
 */
import { readFile } from 'node:fs/promises'
import { buffer } from 'node:stream/consumers'
import { ModulePickleError } from '../errors.ts'
import { UsageError } from './command.ts'

/** What pickles of protocol 2 and later begin with, and all that this package writes. */
const protoOpcode = 0x80

/** @throws UsageError where it cannot be read; ModulePickleError ERR_PICKLE_CORRUPT where it is something else */
export async function readPickleFile(name: string): Promise<Uint8Array> {
  const bytes = await read(name)
  if (bytes[0] !== protoOpcode) await requireOpcodes(name, bytes)
  return bytes
}

async function read(name: string): Promise<Uint8Array> {
  try {
    return name === '-' ? await buffer(process.stdin) : await readFile(name)
  } catch (error) {
    throw new UsageError(`${name} cannot be read: ${(error as Error).message}.`)
  }
}

/** Of what an old Python wrote, nothing but its opcodes says what it is. */
async function requireOpcodes(name: string, bytes: Uint8Array): Promise<void> {
  const { dis } = await import('../pickle/index.ts')
  const { splitSignature } = await import('../signing/signed-pickle.ts')
  try {
    dis(splitSignature(bytes).pickle)
  } catch (cause) {
    const why = bytes.byteLength === 0 ? 'it is empty.' : (cause as Error).message
    throw new ModulePickleError('ERR_PICKLE_CORRUPT', `${name} is not a pickle: ${why}`, { cause })
  }
}
