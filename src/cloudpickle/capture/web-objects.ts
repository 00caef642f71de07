/**
 * Objects of the web platform whose state can be asked for at once: Headers, FormData, Event, Blob.
 *
 * Input: such a live value. Output: the reduction that makes it again, or undefined to refuse it. What they are asked are the
 * platform's own methods, which change nothing. The counterpart is revive/web-objects.ts.
 */
import { ModulePickleError } from '../../errors.ts'
import { Global, Labelled, Tuple, type InnerReduction } from '../../pickle/index.ts'
import { blobReduction } from './blobs.ts'
import type { Inspector } from './inspector.ts'

const web = (name: string): Global => new Global('cloudpickle', name)

/** By the intrinsic that brings the state; undefined for what is not one of these, or not genuine. */
export function webReduction(value: object, intrinsic: string, inspector: () => Inspector): InnerReduction | undefined {
  switch (intrinsic) {
    case 'Headers':
      return headersReduction(value, inspector())
    case 'FormData':
      return formDataReduction(value)
    case 'Event':
    case 'CustomEvent':
      return eventReduction(value, intrinsic)
    case 'Blob':
    case 'File':
      return blobReduction(value, intrinsic)
    default:
      return undefined
  }
}

/** Those of a request or response are tied to it, and may refuse to be changed. */
function headersReduction(value: object, inspector: Inspector): InnerReduction | undefined {
  const guard = inspector.privatesOf(value).find(({ name }) => name === '#guard')?.value
  if (guard === undefined) return undefined
  if (guard !== 'none') throw refusal('Headers that belong to a request or a response', 'Pass new Headers(of these).')
  const entries = [...Headers.prototype.entries.call(value as Headers)]
  return { callee: web('Headers'), args: [entries], ignores: ignoresKeysOf(new Headers()) }
}

function formDataReduction(value: object): InnerReduction | undefined {
  let entries: [string, unknown][]
  try {
    entries = [...FormData.prototype.entries.call(value as FormData)]
  } catch {
    // `Object.create(FormData.prototype)`.
    return undefined
  }
  const labelled = entries.map(
    ([name, entry]) => new Tuple([name, new Labelled(entry, `.get(${JSON.stringify(name)})`)]),
  )
  return { callee: web('FormData'), args: [new Tuple(labelled)], ignores: ignoresKeysOf(new FormData()) }
}

/** One that was dispatched has a target, and listeners may have changed it. */
function eventReduction(value: object, intrinsic: 'Event' | 'CustomEvent'): InnerReduction | undefined {
  const own = (key: keyof Event): unknown => {
    const getter = Object.getOwnPropertyDescriptor(Event.prototype, key)?.get
    return getter && Reflect.apply(getter, value, [])
  }
  let type: unknown
  try {
    type = own('type')
  } catch {
    return undefined
  }
  if (own('target') !== null || own('defaultPrevented') || own('cancelBubble')) {
    throw refusal('an Event that was dispatched', 'Pass what its listeners need of it.')
  }
  const options = { bubbles: own('bubbles'), cancelable: own('cancelable'), composed: own('composed') }
  const ignores = ignoresKeysOf(intrinsic === 'Event' ? new Event('') : new CustomEvent(''))
  if (intrinsic === 'Event') return { callee: web('Event'), args: [new Tuple([type, options])], ignores }
  const detail = Object.getOwnPropertyDescriptor(CustomEvent.prototype, 'detail')?.get?.call(value) as unknown
  return { callee: web('CustomEvent'), args: [new Tuple([type, options, new Labelled(detail, '.detail')])], ignores }
}

/** What each object of the class is made with is the platform's own. */
function ignoresKeysOf(fresh: object): (key: string | symbol) => boolean {
  const keys = new Set(Reflect.ownKeys(fresh))
  return key => keys.has(key)
}

function refusal(what: string, way: string): ModulePickleError {
  return new ModulePickleError('ERR_UNPICKLABLE', `${what} cannot be pickled. ${way}`)
}
