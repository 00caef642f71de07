/**
 * How a worker gets the key of its conversation, where that is signed: in a variable of its own, which it takes out at once. Nobody
 * else can read the environment of a process but its user, who can read its memory as well.
 */
import { conversationKeyVariable } from '../protocol/index.ts'

/** What to add to the environment of a worker; nothing without a key. */
export function keyVariable(key: Uint8Array | undefined): Readonly<Record<string, string>> {
  return key ? { [conversationKeyVariable]: Buffer.from(key).toString('base64') } : {}
}
