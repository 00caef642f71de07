/**
 * The key of a conversation that is signed, as a worker gets it: in its environment, from which it is taken away at once.
 */
import { conversationKeyVariable } from '../protocol/index.ts'

/** To be called before any other code can look at the environment. */
export function takeConversationKey(): Uint8Array | undefined {
  const text = process.env[conversationKeyVariable]
  delete process.env[conversationKeyVariable]
  return text === undefined ? undefined : Buffer.from(text, 'base64')
}
