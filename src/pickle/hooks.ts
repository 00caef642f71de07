/**
 * What a Pickler and its subclasses decide about the values that the encoder writes. Their meaning is told in pickler.ts.
 *
 * Each may be undefined, and is then not asked at all.
 */
import type { Addition } from './plan.ts'
import type { DispatchTable } from './registry.ts'
import type { InnerState } from './rules/index.ts'
import type { Global, Reduction } from './values.ts'

export interface Hooks {
  persistentId?: ((value: unknown) => unknown) | undefined
  reducerOverride?: ((value: object | symbol) => Reduction | Global | undefined) | undefined
  innerState?: InnerState | undefined
  disguisedType?: ((value: object) => string | undefined) | undefined
  stringWritten?: ((text: string) => void) | undefined
  addition?: ((value: object) => Addition | undefined) | undefined
  bufferCallback?: ((buffer: Uint8Array) => boolean | void) | undefined
  dispatchTable?: DispatchTable | undefined
  /** False writes no MEMOIZE and no reference back: for the preamble, which holds plain data only. */
  memo: boolean
}
