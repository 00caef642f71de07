/** Executors: the contract, and connect(). */
export { connect, type ConnectOptions } from './connect.ts'
export type { Call, CloseOptions, Executor, ExecutorStats, MapCall, MapOptions } from './contract.ts'
export type { LogLine } from './logs.ts'
export type { Freshness } from '../snapshot/pack/freshness.ts'
