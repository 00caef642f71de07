/**
 * What an executor may be unable to do by its nature. Everything else of the contract is for all.
 */
export const capabilities = {
  crashes: 'what ends the process of a call (process.exit, a signal, lack of memory) ends that call alone, by code',
  busyCalls: 'calls that never give way can be ended',
  strayErrors: 'an error that nobody catches is that of the call that it comes from',
  output: 'what a call prints is told line by line, as that of the call',
  durable: 'a call that was submitted can be attached to by its id',
  fullDisk: 'workers can be had that have no room for code',
} as const

export type Capability = keyof typeof capabilities
