/**
 * What a sender and a worker say to each other, and how it is framed. Transports and pools are elsewhere.
 */
export { Mailbox } from './mailbox.ts'
export { Connection, type Received } from './connection.ts'
export { readSoFar } from './read-so-far.ts'
export { conversationKeyVariable, SignedStream } from './signed-stream.ts'
export {
  decodeSenderMessage,
  decodeWorkerMessage,
  encodeExit,
  maximumNeeds,
  protocolVersion,
  type SenderMessage,
  type WorkerMessage,
} from './messages.ts'
