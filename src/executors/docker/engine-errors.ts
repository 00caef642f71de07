/**
 * What goes wrong at the engine, by code, and each with its way out.
 */
import { isModulePickleError, ModulePickleError } from '../../errors.ts'

/** Where the engine is, for messages. */
export function engineAddress(): string {
  return process.env['DOCKER_HOST'] || 'the socket of this machine (DOCKER_HOST is not set)'
}

const unreachableCodes = new Set([
  'ENOENT',
  'ECONNREFUSED',
  'ECONNRESET',
  'ENOTFOUND',
  'ETIMEDOUT',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'EPIPE',
  'EAI_AGAIN',
])

/** An error of the client as one that has a code of ours; what cannot be told is that no container could be made. */
export function engineError(error: unknown): ModulePickleError {
  if (isModulePickleError(error)) return error
  const { code, message } = error as NodeJS.ErrnoException
  if (code === 'EACCES' || code === 'EPERM') return denied(error)
  if (code !== undefined && unreachableCodes.has(code)) return unreachable(message, error)
  const { level } = error as { readonly level?: unknown }
  // So errors of SSH are known.
  if (level !== undefined)
    return unreachable(`${message}. SSH takes a key from the agent that SSH_AUTH_SOCK names`, error)
  if (code !== undefined && /^(?:ERR_(?:SSL|TLS|OSSL)|.*CERT|HPE_)/.test(code))
    return unreachable(overTls(message), error)
  if (message.startsWith('DOCKER_HOST') || message === 'socket hang up') return unreachable(message, error)
  return new ModulePickleError('ERR_CONTAINER_START', `The engine refuses to start a container: ${reason(error)}.`, {
    cause: error,
  })
}

/** What the engine says of a container that it was to start, with a way out where there is one. */
export function startError(error: unknown): ModulePickleError {
  if (!/could not select device driver|nvidia-container|no known GPU vendor/i.test(reason(error)))
    return engineError(error)
  return new ModulePickleError(
    'ERR_CONTAINER_START',
    `The engine has no GPU to give: ${reason(error)}. Install the GPU's driver and its container toolkit on the engine's machine and restart the engine (for NVIDIA: nvidia-ctk runtime configure --runtime=docker), name an engine that has one in DOCKER_HOST, or leave out the option gpus.`,
    { cause: error },
  )
}

export function unreachable(why: string, cause?: unknown): ModulePickleError {
  return new ModulePickleError(
    'ERR_ENGINE_UNREACHABLE',
    `No container engine can be reached at ${engineAddress()}: ${why}. Start Docker, or say in DOCKER_HOST where an engine is (unix:///path/docker.sock, tcp://host:2375).`,
    { cause },
  )
}

function overTls(why: string): string {
  return `${why.split('\n')[0]}. With TLS, DOCKER_TLS_VERIFY is 1 and DOCKER_CERT_PATH has ca.pem, cert.pem and key.pem, signed by who the engine trusts`
}

function denied(cause: unknown): ModulePickleError {
  return new ModulePickleError(
    'ERR_ENGINE_DENIED',
    `This user may not use the container engine at ${engineAddress()}: ${(cause as Error).message}. Add the user to the group of the socket (sudo usermod -aG docker $USER, then log in again), or name an engine of its own in DOCKER_HOST.`,
    { cause },
  )
}

/** What the engine itself says. */
export function reason(error: unknown): string {
  const { json, message } = error as Error & { readonly json?: unknown }
  const said: unknown = Object(json).message
  return (typeof said === 'string' ? said : message).trim().replace(/\.$/, '')
}

/** The status of the engine's answer, if the error is one. */
export function statusOf(error: unknown): number | undefined {
  const status: unknown = Object(error).statusCode
  return typeof status === 'number' ? status : undefined
}
