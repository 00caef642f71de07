/**
 * A `node:inspector` session with this very thread, and values of the program in it: a handle for each that is asked about, and
 * back. Such a session answers before `post` returns. Nothing here runs user code.
 */
import type { Session } from 'node:inspector'
import { ModulePickleError } from '../../errors.ts'
import { setTimeout } from '../../timers.ts'

/** What V8 tells of a value: a handle, or what JSON can say. */
export type Remote = { objectId?: string; value?: unknown; unserializableValue?: string; description?: string }
export type Property = { name: string; value?: Remote }

// The box sits on a builtin module object: unlike globalThis that is one object for every vm context.
const boxKey = Symbol.for('modulepickle.probe.v1')
// Through globalThis: the expression is also evaluated where a program may have variables named `process` or `Symbol`.
/** What evaluates to the box. */
export const boxExpression =
  "globalThis.process.getBuiltinModule('node:inspector')[globalThis.Symbol.for('modulepickle.probe.v1')]"

export interface Box {
  value: unknown
  enter?: (result: unknown) => false
}

/** V8 would list a prototype, too. */
function emptyBox(): Box {
  return Object.assign(Object.create(null) as Box, { value: undefined })
}

/** Remote object handles kept before all are released at once, and for how long: to let go costs more than a small dump. */
const handleLimit = 2000
const handleMs = 100
/** What all handles are in, to be released with each other. */
export const objectGroup = 'modulepickle'

export class RemoteValues {
  readonly session: Session
  readonly box: Box
  #boxId: string | undefined
  #handles = 0
  #willLetGo = false

  /** @throws ModulePickleError ERR_INSPECTOR_UNAVAILABLE under the permission model, or where there is no inspector */
  constructor() {
    if (process.versions['bun'] !== undefined) {
      throw new ModulePickleError(
        'ERR_INSPECTOR_UNAVAILABLE',
        'Functions cannot be captured in Bun: its node:inspector does not tell what they close over. ' +
          'Run this program with Node, or pickle data only.',
      )
    }
    try {
      const inspector = process.getBuiltinModule('node:inspector') as typeof import('node:inspector') & {
        [boxKey]?: Box
      }
      // One box for all copies of this package: what is evaluated finds it by its name.
      this.box = inspector[boxKey] ?? emptyBox()
      Object.defineProperty(inspector, boxKey, { value: this.box, configurable: true })
      this.session = new inspector.Session()
      this.session.connect()
    } catch (cause) {
      throw new ModulePickleError(
        'ERR_INSPECTOR_UNAVAILABLE',
        'Functions cannot be captured: node:inspector is not available in this process. ' +
          'Under the permission model start Node with --allow-inspector (Node 24 and later), or without --permission.',
        { cause },
      )
    }
  }

  /** The handle of a live value. */
  handleOf(value: unknown): string {
    this.box.value = value
    // The box has just this one property, so that nothing else is listed.
    const { result } = this.properties(this.#boxHandle())
    this.box.value = undefined
    return result[0]!.value!.objectId!
  }

  /** The live value. */
  valueOf(remote: Remote | undefined): unknown {
    // NaN, -0 and bigints are no JSON, and are asked for like objects.
    if (!remote?.objectId && !remote?.unserializableValue) return remote?.value
    const { objectId, unserializableValue } = remote
    this.post('Runtime.callFunctionOn', {
      objectId: this.#boxHandle(),
      functionDeclaration: 'function(x){this.value=x}',
      arguments: [objectId ? { objectId } : { unserializableValue }],
      silent: true,
    })
    const { value } = this.box
    this.box.value = undefined
    return value
  }

  properties(objectId: string): {
    result: Property[]
    internalProperties?: Property[]
    privateProperties?: Property[]
  } {
    this.#handles += 8
    return this.post('Runtime.getProperties', { objectId, ownProperties: true })
  }

  #boxHandle(): string {
    if (!this.#boxId) {
      const parameters = { expression: boxExpression, objectGroup }
      this.#boxId = this.post<{ result: Remote }>('Runtime.evaluate', parameters).result.objectId!
    }
    return this.#boxId
  }

  /** Lets go of all handles, soon or, where captured values are `large`, at once, so that those can be collected. */
  release(large: boolean): void {
    if (large || this.#handles >= handleLimit) this.#letGo()
    else if (this.#handles > 0 && !this.#willLetGo) {
      this.#willLetGo = true
      setTimeout(() => {
        this.#willLetGo = false
        this.#letGo()
      }, handleMs).unref()
    }
  }

  #letGo(): void {
    if (this.#handles === 0) return
    this.post('Runtime.releaseObjectGroup', { objectGroup })
    this.#boxId = undefined
    this.#handles = 0
  }

  /** @throws ModulePickleError ERR_INSPECTOR_UNAVAILABLE for what the inspector refuses */
  post<T>(method: string, parameters?: object): T {
    let outcome: { error: Error | null; result: unknown } | undefined
    this.session.post(method, parameters, (error, result) => {
      outcome = { error, result }
    })
    if (outcome && !outcome.error) return outcome.result as T
    throw unanswered(method, outcome?.error)
  }
}

/** The error for a question that the inspector refuses. */
export function unanswered(method: string, cause: unknown): ModulePickleError {
  return new ModulePickleError('ERR_INSPECTOR_UNAVAILABLE', `The inspector did not answer ${method}.`, { cause })
}
