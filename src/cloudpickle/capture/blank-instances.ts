/**
 * Which classes can make instances that have their private names and nothing else.
 *
 * Only constructing makes private names. A class that travels by value or is packed is changed so that it can do just that; one
 * whose text nobody has changed, as in installed packages, is constructed where nothing of it runs that could be seen: its fields
 * are set to what has no effects, and the probe keeps the body of its constructor from running; of a derived class's, `super()`
 * has to run, see derived-constructor.ts.
 */
import type { AnyNode } from '../source/parse.ts'
import { canMakeBlank, constructorOf, isClass } from '../source/private-access.ts'
import { behindSuper } from './derived-constructor.ts'
import { canEnter } from './enterable.ts'
import type { Inspector } from './inspector.ts'
import type { LiveFunction } from './live-functions.ts'

/** How an instance of one class is made. */
export interface UnchangedClass {
  readonly isDerived: boolean
  readonly parameters: number
  /** Returns the instance, unless the class is a derived one. */
  construct(args: readonly unknown[], newTarget: Function): unknown
}

/** Why a class can make none, whether or not it is changed; undefined where it can. */
export function whyNone(cls: Function, code: AnyNode | undefined): string | undefined {
  if (!code || !isClass(code)) return 'has no text'
  if (!canMakeBlank(code)) return 'has a constructor with a computed key in its parameters'
  return code.superClass && !Object.isExtensible(cls) ? 'is frozen' : undefined
}

/** undefined where making an instance would run something. */
export function unchangedClass(inspector: Inspector, { fn, script, site }: LiveFunction): UnchangedClass | undefined {
  const { code } = site
  if (!isClass(code) || !canMakeBlank(code)) return undefined
  const made = constructorOf(code)
  const isDerived = code.superClass !== null
  const isGlobal = (name: string, start: number): boolean => {
    const reference = script.scopes.references.find(each => each.start === start)
    return reference?.name === name && reference.binding === undefined
  }
  const areInert = code.body.body.every(member => {
    return member.type !== 'PropertyDefinition' || member.static || !member.value || isInert(member.value, isGlobal)
  })
  const entry = made && script.scopes.functions.find(each => each.code === made)
  const end = entry && isDerived ? behindSuper(entry) : undefined
  const isEnterable = entry !== undefined && canEnter(entry) && (!isDerived || end !== undefined)
  if ((made && !isEnterable) || !areInert) return undefined
  const at = end === undefined ? undefined : inspector.positionAt(fn, script.loadedPosition(end))
  return {
    isDerived,
    parameters: made?.params.length ?? 0,
    construct(args, newTarget) {
      const construct = (): unknown => Reflect.construct(fn, args, newTarget)
      return made ? inspector.debugging.inFrameOf(fn, site, isDerived ? '0' : 'this', construct, at) : construct()
    },
  }
}

type IsGlobal = (name: string, start: number) => boolean

const collections: ReadonlySet<string> = new Set(['Map', 'Set', 'WeakMap', 'WeakSet', 'Array', 'Object'])

/** Whether evaluating an expression runs no code and changes nothing. */
function isInert(node: AnyNode, isGlobal: IsGlobal): boolean {
  switch (node.type) {
    case 'Literal':
    case 'ThisExpression':
    case 'ArrowFunctionExpression':
    case 'FunctionExpression':
      return true
    case 'Identifier':
      return ['undefined', 'NaN', 'Infinity'].includes(node.name) && isGlobal(node.name, node.start)
    case 'TemplateLiteral':
      return node.expressions.length === 0
    case 'UnaryExpression':
      return node.operator !== 'delete' && node.argument.type === 'Literal'
    case 'ArrayExpression':
      return node.elements.every(element => element === null || isInert(element, isGlobal))
    case 'ObjectExpression':
      return node.properties.every(property => {
        if (property.type !== 'Property' || property.computed) return false
        return property.kind !== 'init' || isInert(property.value, isGlobal)
      })
    case 'CallExpression': {
      // esbuild's keepNames.
      const [fn] = node.arguments
      const isName = node.callee.type === 'Identifier' && node.callee.name === '__name'
      return isName && fn !== undefined && isInert(fn, isGlobal)
    }
    case 'NewExpression': {
      const { callee } = node
      const isCollection = callee.type === 'Identifier' && collections.has(callee.name)
      return isCollection && isGlobal(callee.name, callee.start) && node.arguments.length === 0
    }
    default:
      return false
  }
}
