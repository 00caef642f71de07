/** What `modulepickle/test` exports on a worker: shipped modules may import it, and have no containers of their own. */
export { refuse as test } from './nested.ts'
