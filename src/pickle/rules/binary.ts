/**
 * ArrayBuffer, DataView, typed arrays and Node's Buffer: reductions over one bytearray a range, so that sharing is kept.
 *
 * A plain Uint8Array over its whole buffer is the bytearray itself.
 */
import { ModulePickleError } from '../../errors.ts'
import { LateOffset, type BufferTable } from '../buffers.ts'
import type { Plan } from '../plan.ts'
import { Global, Labelled } from '../values.ts'

export const viewTypes = `
  Int8Array Uint8Array Uint8ClampedArray Int16Array Uint16Array Int32Array Uint32Array Float16Array
  Float32Array Float64Array BigInt64Array BigUint64Array DataView Buffer`
  .trim()
  .split(/\s+/)

const byteLength = Object.getOwnPropertyDescriptor(ArrayBuffer.prototype, 'byteLength')?.get as (this: object) => number

export function isView(value: object): value is ArrayBufferView {
  return ArrayBuffer.isView(value)
}

function isBuffer(value: object): value is ArrayBuffer {
  try {
    return byteLength.call(value) >= 0
  } catch {
    return false
  }
}

/** Throws a TypeError, as the engine's own methods do, for what is no ArrayBuffer. */
export function arrayBufferPlan(value: object, _type: string, buffers: BufferTable): Plan {
  const size = byteLength.call(value)
  const buffer = value as ArrayBuffer
  const range = buffers.rangeOf(buffer, 0, size, 1)
  const args = isResizable(buffer) ? [range, Reflect.get(buffer, 'maxByteLength')] : [range]
  return { create: { callee: new Global('js', 'ArrayBuffer'), args } }
}

/** `(bytes, byteOffset, length)`, the length counted in elements. */
export function viewPlan(value: ArrayBufferView, type: string, buffers: BufferTable): Plan {
  const buffer = partOf(value, 'buffer') as ArrayBufferLike
  const byteOffset = partOf(value, 'byteOffset') as number
  const byteLength = partOf(value, 'byteLength') as number
  if (!isBuffer(buffer)) {
    throw new ModulePickleError(
      'ERR_UNPICKLABLE',
      `a ${type} over a SharedArrayBuffer cannot be pickled: memory cannot be shared with another process. Copy it first, with slice().`,
    )
  }
  const callee = new Global('js', type)
  const elementSize = elementSizeOf(value, type)
  const length = byteLength / elementSize
  if (isResizable(buffer)) {
    const size = followsBuffer(value, buffer) ? [] : [length]
    return { create: { callee, args: [new Labelled(buffer, '.buffer'), byteOffset, ...size] } }
  }
  const alone = type === 'Buffer' || undefined
  const range = buffers.rangeOf(buffer, byteOffset, byteOffset + byteLength, elementSize, alone)
  const whole = byteOffset === 0 && byteLength === buffer.byteLength
  if (whole && type === 'Uint8Array' && !range.claimed) return { create: range }
  return { create: { callee, args: [range, new LateOffset(range, byteOffset), length] } }
}

/** By the language's own getters, which a view may not inherit any more. */
function partOf(view: ArrayBufferView, key: 'buffer' | 'byteOffset' | 'byteLength' | 'length'): unknown {
  const tag: unknown = Reflect.get(typedArrayPrototype, Symbol.toStringTag, view)
  return Reflect.get(tag === undefined ? DataView.prototype : typedArrayPrototype, key, view)
}

const typedArrayPrototype = Object.getPrototypeOf(Uint8Array.prototype) as object

function elementSizeOf(view: ArrayBufferView, type = ''): number {
  const Class: unknown = type === 'Buffer' ? undefined : Reflect.get(globalThis, type)
  if (typeof Class === 'function' && 'BYTES_PER_ELEMENT' in Class) return Number(Class.BYTES_PER_ELEMENT)
  return 'BYTES_PER_ELEMENT' in view && typeof view.BYTES_PER_ELEMENT === 'number' ? view.BYTES_PER_ELEMENT : 1
}

function isResizable(buffer: ArrayBuffer): boolean {
  return Reflect.get(buffer, 'resizable') === true
}

/** Of a view with more elements, string keys are not looked for: the engine would list every index. */
const mostElements = 4096

/** The own keys of a view beside its indices. */
export function viewKeys(value: object): readonly (string | symbol)[] {
  const length = isView(value) ? partOf(value, 'length') : 0
  const count = typeof length === 'number' ? length : 0
  return count > mostElements ? Object.getOwnPropertySymbols(value) : Reflect.ownKeys(value).slice(count)
}

/** Whether a view has whatever length its buffer has. Nothing shows it but a change of that, which is taken back at once. */
function followsBuffer(view: ArrayBufferView, buffer: ArrayBuffer): boolean {
  const elementSize = elementSizeOf(view)
  const rest = buffer.byteLength - view.byteOffset - view.byteLength
  const maximum: unknown = Reflect.get(buffer, 'maxByteLength')
  if (rest < 0 || rest >= elementSize || typeof maximum !== 'number') return false
  const { byteLength: before } = view
  const { byteLength: size } = buffer
  const kept = new Uint8Array(buffer).slice()
  const resize = (length: number): unknown => Reflect.apply(Reflect.get(buffer, 'resize'), buffer, [length])
  const canGrow = size + elementSize <= maximum
  resize(canGrow ? size + elementSize : Math.max(0, size - elementSize))
  const after = lengthOf(view)
  resize(size)
  new Uint8Array(buffer).set(kept)
  return canGrow ? after !== before : after > 0 && after === before - elementSize
}

/** A DataView that its buffer has become too small for throws. */
function lengthOf(view: ArrayBufferView): number {
  try {
    return view.byteLength
  } catch {
    return 0
  }
}
