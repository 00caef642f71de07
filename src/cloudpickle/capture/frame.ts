/**
 * What an arrow keeps of the call that it was made in and V8 lists nowhere: `this`, `arguments`, `new.target`, the names of
 * function expressions. They are read in a frame of the arrow's own, without running it; where it cannot be entered, in its contexts.
 */
import { Global, Reduced } from '../../pickle/index.ts'
import { childNodes, type Node } from '../source/parse.ts'
import type { FrameUses } from './free-variables.ts'
import type { HeapView } from './heap.ts'
import type { Inspector } from './inspector.ts'
import type { LiveFunction } from './live-functions.ts'
import { canEnter } from './enterable.ts'
import { readInFrame } from './probe.ts'
import { unsupported } from './unsupported.ts'

export interface FrameValues {
  readonly self: unknown
  readonly parameters: readonly unknown[]
}

/** What is used as `this` where nothing tells which it is. */
const unknownThis = new Reduced({ callee: new Global('cloudpickle', 'unknownThis'), args: [] })

const isOldNode = Number.parseInt(process.versions.node, 10) < 24

/**
 * Before Node 24, V8 says `undefined` for `this` in the frame of a function with a class that has both fields and computed names.
 */
function losesThis(node: Node): boolean {
  if (!isOldNode) return false
  const members = node.type === 'ClassBody' ? childNodes(node) : []
  const hasFields = members.some(({ type }) => type === 'PropertyDefinition')
  if (hasFields && members.some(member => 'computed' in member && member.computed)) return true
  return childNodes(node).some(losesThis)
}

/** @throws ModulePickleError ERR_CAPTURE_UNSUPPORTED where the frame cannot be entered, or has no `this` yet */
export function readFrame(
  inspector: Inspector,
  heap: () => HeapView | undefined,
  arrow: LiveFunction,
  uses: FrameUses,
): FrameValues {
  const known = frames.get(arrow.fn)
  if (known) return known
  const isEntered =
    uses.self !== 'unknown' && canEnter(arrow.site) && !(uses.self === 'call' && losesThis(arrow.site.node))
  const inContexts = isEntered ? undefined : readContexts(heap(), arrow, uses)
  const values = inContexts ?? enterFrame(inspector, arrow, uses)
  // All of it is fixed, but for a variable of the CommonJS module.
  if (!uses.parameters.has('exports')) frames.set(arrow.fn, values)
  return values
}

const frames = new WeakMap<Function, FrameValues>()

/** undefined where the contexts do not have all of it. */
function readContexts(heap: HeapView | undefined, { fn }: LiveFunction, uses: FrameUses): FrameValues | undefined {
  const contexts = heap?.contextsOf(fn) ?? []
  const names = [...(uses.self ? ['this'] : []), ...uses.parameters.values()]
  const values = names.map(name => {
    const slot = name === 'new.target' ? '.new.target' : name
    return contexts.find(context => context.has(slot))?.value(slot)
  })
  if (values.includes(undefined)) return undefined
  const found = values.map(each => each!.value)
  return uses.self ? { self: found[0], parameters: found.slice(1) } : { self: undefined, parameters: found }
}

function enterFrame(inspector: Inspector, arrow: LiveFunction, uses: FrameUses): FrameValues {
  const { site, script } = arrow
  const { self, parameters } = uses
  if (self === 'unknown') {
    const own = parameters.size > 0 ? enterFrame(inspector, arrow, { ...uses, self: undefined }).parameters : []
    return { self: unknownThis, parameters: own }
  }
  const names = [...(self === 'call' ? ['this'] : []), ...parameters.values()].map(name => `\`${name}\``).join(', ')
  if (!canEnter(site)) throw unsupported(script, site.node.start, `the value of ${names} cannot be read`, 'Pass it in')
  const values = `[${[self === 'call' ? 'this' : 'undefined', ...parameters.values()].join(', ')}]`
  // In a constructor, `this` is not there before super() returns. A condition that throws would let the body run.
  const guarded = `(() => { try { return ${values} } catch { return undefined } })()`
  const found = readInFrame(inspector, arrow, guarded) as unknown[] | undefined
  if (self === 'call' && found && found[0] === undefined && losesThis(site.node)) {
    throw unsupported(script, site.node.start, 'this version of Node cannot tell its `this`', 'Use Node 24 or later')
  }
  if (found) return { self: found[0], parameters: found.slice(1) }
  throw unsupported(script, site.node.start, `the value of ${names} is not there yet`, 'Capture it later')
}
