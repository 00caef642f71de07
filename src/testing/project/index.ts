/** All that the suite calls, as one module. */
export * from './accounts.ts'
export * from './failures.ts'
export * from './own-classes.ts'
export * from './processes.ts'
export * from './streams.ts'
export * from './values.ts'
export * from './versions.ts'
export * from './waiting.ts'
