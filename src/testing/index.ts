/** What tests executors: for those of this package, and for people who write their own. */
export {
  executorSuite,
  type ExecutorSuiteOptions,
  type SuiteConnectOptions,
  type TestFunction,
} from './executor-suite.ts'
export { capabilities, type Capability } from './capabilities.ts'
