/** Layer 1, the public face of `modulepickle/pickle`. */
export { Pickler, dumps, type PicklerOptions } from './pickler.ts'
export { registerReducer, reduceSymbol } from './registry.ts'
export { intrinsicByName, intrinsicName } from './intrinsics.ts'
export { Bytes, Dict, Global, Labelled, Late, Reduced, Tuple, type Reduction } from './values.ts'
export { readPreamble } from './preamble.ts'
export { Unpickler, loads, type UnpicklerOptions } from './unpickler.ts'
export { dis } from './dis.ts'
