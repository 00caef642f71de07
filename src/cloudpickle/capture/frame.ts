/**
 * What an arrow keeps of the call that it was made in and V8 lists nowhere: `this`, `arguments`, `new.target`, the names of
 * function expressions. They are read in a frame of the arrow's own, without running it.
 */
import { childNodes, type Node } from '../source/parse.ts'
import type { LiveFunction } from './captured-scope.ts'
import { unsupported, type FrameUses } from './free-variables.ts'
import type { Inspector } from './inspector.ts'
import { canEnter } from './enterable.ts'
import { readInFrame } from './probe.ts'

export interface FrameValues {
  readonly self: unknown
  readonly parameters: readonly unknown[]
}

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
export function readFrame(inspector: Inspector, arrow: LiveFunction, uses: FrameUses): FrameValues {
  const known = frames.get(arrow.fn)
  if (known) return known
  const values = enterFrame(inspector, arrow, uses)
  // All of it is fixed, but for a variable of the CommonJS module.
  if (!uses.parameters.has('exports')) frames.set(arrow.fn, values)
  return values
}

const frames = new WeakMap<Function, FrameValues>()

function enterFrame(inspector: Inspector, arrow: LiveFunction, uses: FrameUses): FrameValues {
  const { site, script } = arrow
  const { self, parameters } = uses
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
