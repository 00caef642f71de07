/**
 * How the program ends, for scripts. `modulepickle --help` lists these.
 */
export const exitCodes = {
  ok: 0,
  /** The function threw. */
  threw: 1,
  /** The command line means nothing. */
  usage: 2,
  /** It could not be done, for a reason that an error code names. */
  failed: 3,
  /** Ctrl-C, as shells have it: 128 and the number of the signal. */
  interrupted: 130,
  /** Whoever read the output has gone. */
  unread: 141,
} as const

export type ExitCode = (typeof exitCodes)[keyof typeof exitCodes]
