/** Executors: the contract, and connect(). */
export { connect, type ConnectOptions } from './connect.ts'
export type { DockerMount, DockerOptions, StartedContainer } from './docker/docker-options.ts'
export type { InlineOptions } from './inline/connect-inline.ts'
export type { LocalOptions } from './local/connect-local.ts'
export type { Inspect } from './local/environment.ts'
export type { Isolation } from './pool.ts'
export type { CallOptions, RetryOptions } from './call-options.ts'
export type {
  Call,
  CallHandle,
  CloseOptions,
  Executor,
  ExecutorStats,
  MapCall,
  MapOptions,
  Returned,
} from './contract.ts'
export type { LogLine } from './logs.ts'
export type { Freshness } from '../snapshot/pack/freshness.ts'
