/**
 * What a worker says first: that it is ready and speaks this protocol, or why it cannot take calls.
 */
import { codes, ModulePickleError, type ErrorCode } from '../errors.ts'
import { protocolVersion, type WorkerMessage } from '../protocol/index.ts'

type Ready = Extract<WorkerMessage, { kind: 'ready' }>

/**
 * Undefined for what is no greeting at all.
 * @throws ModulePickleError ERR_FORMAT_VERSION for another protocol, or with the code that a worker gives that is not ready
 */
export function checkGreeting(message: WorkerMessage | undefined): Ready | undefined {
  if (message?.kind === 'unready') throw unready(message)
  if (message?.kind !== 'ready') return undefined
  if (message.protocol === protocolVersion) return message
  throw new ModulePickleError(
    'ERR_FORMAT_VERSION',
    `The worker (Node ${message.node}) speaks protocol ${message.protocol}, and this modulepickle speaks ${protocolVersion}. Use the same version at both ends.`,
  )
}

function unready({ code, message }: { readonly code: string; readonly message: string }): ModulePickleError {
  return new ModulePickleError(
    isErrorCode(code) ? code : 'ERR_WORKER_START',
    `A worker could not be started. ${message}`,
  )
}

function isErrorCode(code: string): code is ErrorCode {
  return Object.hasOwn(codes, code)
}
