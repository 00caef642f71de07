/**
 * Every error this package throws on purpose, and every warning it gives, in one table each.
 *
 * Codes are stable and documented one by one in docs/ERRORS.md; messages are not. A message says what failed, where
 * (an object path, a file:line or a byte offset) and what to do next.
 */

export const codes = {
  // Reading and writing pickles.
  ERR_PICKLE_TRUNCATED: 'The pickle ends in the middle of an opcode or value.',
  ERR_PICKLE_CORRUPT: 'The bytes are not a pickle, or an opcode met a stack or memo it cannot work on.',
  ERR_PICKLE_LIMIT: 'A length, depth or count in the pickle is over the configured limit.',
  ERR_PICKLE_UNSUPPORTED: 'The pickle uses something that this version does not read.',
  ERR_GLOBAL_UNKNOWN: 'A global named in the pickle does not exist here.',
  ERR_GLOBAL_FORBIDDEN: 'A global named in the pickle is not among those that may be found.',
  ERR_UNPICKLABLE: 'A value cannot be pickled.',
  // Capturing functions.
  ERR_INSPECTOR_UNAVAILABLE: 'Functions cannot be read because node:inspector is denied or missing.',
  ERR_CAPTURE_UNSUPPORTED: 'A function uses something that cannot be captured by value.',
  ERR_BINDING_MISSING: 'A module on disk no longer has the binding that the running program uses.',
  ERR_CODE_CHANGED: 'A file has changed since it was loaded, and a function of the loaded text travels by value.',
  // Packing the working directory.
  ERR_MODULE_OUTSIDE_ROOT: 'A module lies outside the project root and is not an installed package.',
  ERR_MODULE_UNREADABLE: 'A module file could not be read or parsed while packing.',
  ERR_MODULE_NOT_FOUND: 'An import specifier of a local module resolves to no file.',
  ERR_SECRET_REACHED: 'Code imports or reads a file that never ships because it looks like a secret.',
  ERR_SNAPSHOT_TOO_LARGE: 'The packages that would ship are over the size limit.',
  ERR_SNAPSHOT_PATH: 'A path or link cannot be part of a snapshot.',
  ERR_PACKAGE_LOCAL: 'An installed package depends on a local one, and would not find the one that ships.',
  ERR_BUILD_STALE: 'A build that ships is older than the source that it was made from.',
  // The other end.
  ERR_FORMAT_VERSION: 'The pickle or peer speaks a format version that this one does not.',
  ERR_SNAPSHOT_CORRUPT: 'An object does not match its id, or a tree is malformed.',
  ERR_SNAPSHOT_MISSING: 'The pickle names a snapshot that neither it nor the cache holds.',
  ERR_CACHE_UNSAFE: 'The cache directory belongs to somebody else or is writable by others.',
  ERR_MATERIALIZE: 'A snapshot could not be written to the cache.',
  ERR_PACKAGE_MISMATCH: 'Installed packages that the code needs are missing here or have another version.',
  ERR_PACKAGE_NATIVE: 'An installed package was sent with parts for another platform or version of Node.',
  ERR_MODULE_ASYNC: 'A shipped module uses top-level await, which loadsSync cannot wait for.',
  // Keys and signatures.
  ERR_KEY_UNUSABLE: 'A key is too short, or is not a key at all.',
  ERR_KEY_MISSING: 'Something is signed, and there is no key to verify it with.',
  ERR_SIGNATURE_MISSING: 'There is a key, and something is not signed.',
  ERR_SIGNATURE_INVALID: 'Something does not fit its signature: another key, or it was altered.',
  ERR_SIGNATURE_REPLAYED: 'A message that was signed came again, too early or too late.',
  // Executors.
  ERR_TARGET_UNKNOWN: 'The target given to connect() is not one this package knows.',
  ERR_WORKER_LOST: 'The worker process ended before the call did.',
  ERR_WORKER_START: 'A worker process could not be started.',
  ERR_OUT_OF_MEMORY: 'The system has ended a worker because no memory was left.',
  ERR_PEER_MISSING: 'A package that the target needs is not installed.',
  ERR_ENGINE_UNREACHABLE: 'There is no container engine, or it cannot be reached.',
  ERR_ENGINE_DENIED: 'This user may not use the container engine.',
  ERR_ENGINE_LOST: 'The container engine stopped while its containers were used.',
  ERR_IMAGE_MISSING: 'The engine has no such image, and it cannot be pulled.',
  ERR_IMAGE_WITHOUT_NODE: 'The image has no Node.',
  ERR_NODE_TOO_OLD: 'The Node of the other end is too old.',
  ERR_CONTAINER_START: 'A container could not be started.',
  ERR_CONTAINER_LOST: 'The container has ended before the call did.',
  ERR_CALL_CANCELLED: 'The call was cancelled.',
  ERR_CALL_TIMEOUT: 'The call took longer than it was allowed.',
  ERR_EXECUTOR_UNSUPPORTED: 'The executor cannot do what was asked of it.',
  ERR_EXECUTOR_CLOSED: 'The executor is closed.',
  ERR_NOT_A_FUNCTION: 'What a call was to run is no function.',
  ERR_CALL_UNSETTLED: 'The process has nothing left to do, and a call in it has not ended.',
  ERR_NESTED_CALL: 'Code that runs on a worker used an executor of its own.',
  ERR_RESULT_NOT_JSON: 'A result that was asked for as JSON holds something that JSON cannot say.',
  ERR_PROTOCOL: 'The peer sent something that is not part of the protocol.',
} as const

export type ErrorCode = keyof typeof codes

/** Every warning, by the code that `process.emitWarning` gets. */
export const warningCodes = {
  WARN_PATH_LEFT_OUT: 'A file or link of the project cannot be part of a snapshot, and no code reaches it.',
  WARN_SNAPSHOT_RESTLESS: 'Files that are no code change between calls, and each time another snapshot ships.',
  WARN_CAPTURE_LARGE: 'Functions captured more than anybody can have meant.',
  WARN_SECRET_CAPTURED: 'A string in the pickle is the value of an environment variable that looks like a secret.',
  WARN_STATE_COPIED: 'A function takes along a copy of module state that functions change.',
  WARN_VALUE_COPIED: 'What a module holds is in the pickle as a value, and its functions use it by name.',
} as const

export type WarningCode = keyof typeof warningCodes

export interface ErrorDetails {
  /** Path to the value in question, such as `args[0].config.client.socket`. */
  path?: string | undefined
  cause?: unknown
}

const brand = Symbol.for('modulepickle.error.v1')

/** The one error class of this package. Its brand makes `isModulePickleError` work across copies of the package. */
export class ModulePickleError extends Error {
  override readonly name = 'ModulePickleError'
  readonly code: ErrorCode
  declare readonly path?: string

  // On the prototype, so that an error which arrived in a pickle has it, too: no constructor runs for that.
  static {
    Object.defineProperty(this.prototype, brand, { value: true })
  }

  constructor(code: ErrorCode, message: string, details: ErrorDetails = {}) {
    super(message, details.cause === undefined ? undefined : { cause: details.cause })
    this.code = code
    if (details.path !== undefined) this.path = details.path
  }
}

/** True for a ModulePickleError of any copy of this package; with `code`, only for that code. */
export function isModulePickleError(error: unknown, code?: ErrorCode): error is ModulePickleError {
  if (typeof error !== 'object' || error === null || !(brand in error)) return false
  return code === undefined || ('code' in error && error.code === code)
}
