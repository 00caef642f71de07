/**
 * A synchronous `node:inspector` session with this very thread: what V8 knows of a live value beyond its properties.
 *
 * Same-thread sessions answer before `post` returns. The Debugger domain is enabled only for the moment in which scripts are
 * listed, or until the synchronous code that enters frames ends, because await is several times slower while it is on. Nothing
 * here runs user code.
 */
import { setTimeout as later } from 'node:timers'
import type { Session } from 'node:inspector'
import { ModulePickleError } from '../../errors.ts'
import type { Position } from './author-lines.ts'

/** V8's position of a function: zero-based, in the text of the script. */
export interface FunctionLocation {
  readonly scriptId: string
  readonly line: number
  readonly column: number
}

/** One entry of a function's scope chain, innermost first. Reading `variables` gives live values; it is a copy. */
export interface LiveScope {
  readonly description: string
  readonly variables: Readonly<Record<string, unknown>>
}

/** V8 is asked when one of these is first read, and once: the variables are those of that moment. */
export interface FunctionInternals {
  readonly location: FunctionLocation | undefined
  readonly boundTarget: { target: Function; self: unknown; arguments: readonly unknown[] } | undefined
  scopes(): readonly LiveScope[]
}

export interface ScriptInfo {
  readonly url: string
  readonly isModule: boolean
  /** The line that the text begins on: not 0 for functions that were compiled with an offset. */
  readonly startLine: number
  /** The column that the text's first line begins on: vitest hides the length of what it puts in front. */
  readonly startColumn: number
}

type Remote = { objectId?: string; value?: unknown; unserializableValue?: string; description?: string }
type RemoteLocation = { scriptId: string; lineNumber: number; columnNumber: number }
type Property = { name: string; value?: Remote }

// The box sits on a builtin module object: unlike globalThis that is one object for every vm context.
const boxKey = Symbol.for('modulepickle.probe.v1')
// Through globalThis: the expression is also evaluated where a program may have variables named `process` or `Symbol`.
const boxExpression =
  "globalThis.process.getBuiltinModule('node:inspector')[globalThis.Symbol.for('modulepickle.probe.v1')]"

/** A condition at the entry of functions, and what V8 knows it by. */
interface Entry {
  readonly condition: string
  readonly breakpointIds: string[]
}

interface Box {
  value: unknown
  enter?: (result: unknown) => false
}

/** V8 would list a prototype, too. */
function emptyBox(): Box {
  return Object.assign(Object.create(null) as Box, { value: undefined })
}

// Under fake timers, the global may be another one later.
const afterThisJob = queueMicrotask

/** Remote object handles kept before all are released at once, and for how long: to let go costs more than a small dump. */
const handleLimit = 2000
const handleMs = 100

export class Inspector {
  readonly #session: Session
  readonly #box: Box
  readonly #scripts = new Map<string, ScriptInfo>()
  readonly #sources = new Map<string, string>()
  #boxId: string | undefined
  #handles = 0
  #willLetGo = false
  #isDebugging = false
  /** How often scripts were listed. */
  #listings = 0
  #isEnding = false
  #hasHeapIds = false
  /** Frames are entered in many dumps in a row, or in none; scripts are listed once. */
  #hasEntered = false
  /** Conditions for entering functions, by what stands for their text: set once for all functions that it makes. */
  readonly #entries = new Map<object, Entry>()

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
      this.#box = inspector[boxKey] ?? emptyBox()
      Object.defineProperty(inspector, boxKey, { value: this.#box, configurable: true })
      this.#session = new inspector.Session()
      this.#session.connect()
    } catch (cause) {
      throw new ModulePickleError(
        'ERR_INSPECTOR_UNAVAILABLE',
        'Functions cannot be captured: node:inspector is not available in this process. ' +
          'Under the permission model start Node with --allow-inspector (Node 24 and later), or without --permission.',
        { cause },
      )
    }
  }

  internalsOf(fn: Function): FunctionInternals {
    let properties: readonly Property[] | undefined
    const internal = (name: string): Remote | undefined => {
      properties ??= this.#properties(this.#handleOf(fn)).internalProperties ?? []
      return properties.find(property => property.name === name)?.value
    }
    const valueOf = (name: string): unknown => this.#valueOf(internal(name))
    let scopes: readonly LiveScope[] | undefined
    return {
      get location() {
        const where = internal('[[FunctionLocation]]')?.value as RemoteLocation | undefined
        return where && { scriptId: where.scriptId, line: where.lineNumber, column: where.columnNumber }
      },
      get boundTarget() {
        if (!internal('[[TargetFunction]]')) return undefined
        return {
          target: valueOf('[[TargetFunction]]') as Function,
          self: valueOf('[[BoundThis]]'),
          arguments: Array.from(valueOf('[[BoundArgs]]') as ArrayLike<unknown>),
        }
      },
      scopes: () => (scopes ??= this.#readScopes(internal('[[Scopes]]'))),
    }
  }

  /** What V8 keeps of an object beside its properties, as live values by name: `[[PromiseState]]`, `[[Target]]`. */
  stateOf(value: object): (name: string) => unknown {
    const { internalProperties = [] } = this.#properties(this.#handleOf(value))
    return name => this.#valueOf(internalProperties.find(property => property.name === name)?.value)
  }

  /** All objects of this realm that are alive and inherit from `prototype`. V8 collects garbage first: some 30 ms or more. */
  instancesOf(prototype: object): readonly unknown[] {
    const { objects } = this.#post<{ objects: { objectId: string } }>('Runtime.queryObjects', {
      prototypeObjectId: this.#handleOf(prototype),
    })
    const instances = Array.from(this.#valueOf(objects) as ArrayLike<unknown>)
    this.#post('Runtime.releaseObject', { objectId: objects.objectId })
    return instances
  }

  /** A snapshot of the heap as JSON, whose object ids hold until `release`. */
  heapSnapshot(): string {
    const chunks: string[] = []
    const onChunk = ({ params }: { params: { chunk: string } }): void => void chunks.push(params.chunk)
    this.#session.on('HeapProfiler.addHeapSnapshotChunk', onChunk)
    this.#hasHeapIds = true
    // Unlike takeHeapSnapshot, which waits for the program to come to rest, the end of tracking takes one at once.
    this.#post('HeapProfiler.startTrackingHeapObjects', { trackAllocations: false })
    this.#post('HeapProfiler.stopTrackingHeapObjects', { reportProgress: false })
    this.#session.off('HeapProfiler.addHeapSnapshotChunk', onChunk)
    return chunks.join('')
  }

  /** What an object is called in heap snapshots. */
  heapIdOf(value: object): number {
    const objectId = this.#handleOf(value)
    const { heapSnapshotObjectId } = this.#post<{ heapSnapshotObjectId: string }>('HeapProfiler.getHeapObjectId', {
      objectId,
    })
    return Number(heapSnapshotObjectId)
  }

  objectOfHeapId(id: number): object {
    const parameters = { objectId: String(id), objectGroup: 'modulepickle' }
    return this.#valueOf(
      this.#post<{ result: Remote }>('HeapProfiler.getObjectByHeapObjectId', parameters).result,
    ) as object
  }

  /** The private members of an object, with their `#`. Accessors have no value here. */
  privatesOf(object: object): { name: string; value: unknown }[] {
    const { privateProperties = [] } = this.#properties(this.#handleOf(object))
    return privateProperties.map(({ name, value }) => ({ name, value: this.#valueOf(value) }))
  }

  /** Script id to URL and kind; undefined for scripts that V8 no longer has. */
  script(scriptId: string): ScriptInfo | undefined {
    if (!this.#scripts.has(scriptId)) this.#listScripts()
    return this.#scripts.get(scriptId)
  }

  /** The text of a script exactly as V8 compiled it. */
  source(scriptId: string): string {
    const known = this.#sources.get(scriptId)
    if (known !== undefined) return known
    if (!this.#isDebugging) this.#listScripts()
    if (this.#listings > 1) this.#keepLocalSources()
    const text = this.#sources.get(scriptId) ?? this.#readSource(scriptId)
    this.#sources.set(scriptId, text)
    return text
  }

  /** The text of the script that was loaded from `url`; undefined where none is known, or several are. */
  sourceOfUrl(url: string): string | undefined {
    const id = this.scriptOfUrl(url)
    return id === undefined ? undefined : this.source(id)
  }

  /** The id of the script that was loaded from `url`; undefined where none is known, or several are. */
  scriptOfUrl(url: string): string | undefined {
    const ids = [...this.#scripts].filter(([, script]) => script.url === url).map(([id]) => id)
    return ids.length === 1 ? ids[0] : undefined
  }

  #readScopes(scopes: Remote | undefined): LiveScope[] {
    if (!scopes) return []
    const entries = this.#valueOf(scopes) as ArrayLike<{ description: string; object: LiveScope['variables'] }>
    return Array.from(entries, ({ description, object }) => ({ description, variables: object }))
  }

  /** Enabling the Debugger domain lists every script again, which takes long: it stays on until `release`. */
  #listScripts(): void {
    const onScript = ({ params }: { params: ScriptInfo & { scriptId: string } }): void => {
      const { scriptId, url, isModule = false, startLine, startColumn } = params
      this.#scripts.set(scriptId, { url, isModule, startLine, startColumn })
    }
    this.#session.on('Debugger.scriptParsed', onScript)
    this.#post('Debugger.disable')
    this.#entries.clear()
    this.#post('Debugger.enable')
    this.#isDebugging = true
    this.#listings++
    this.#session.off('Debugger.scriptParsed', onScript)
  }

  /** A program that keeps asking for the texts of its scripts is not to have them listed for each. */
  #keepLocalSources(): void {
    for (const [scriptId, { url }] of this.#scripts) {
      const isLocal = url !== '' && !url.startsWith('node:') && !url.includes('/node_modules/')
      if (isLocal && !this.#sources.has(scriptId)) this.#sources.set(scriptId, this.#readSource(scriptId))
    }
  }

  /** A script that was garbage-collected since it was listed has no text any more. */
  #readSource(scriptId: string): string {
    let text = ''
    this.#session.post('Debugger.getScriptSource', { scriptId }, (error, result) => {
      if (!error) text = result.scriptSource
    })
    return text
  }

  #handleOf(value: unknown): string {
    this.#box.value = value
    // The box has just this one property, so that nothing else is listed.
    const { result } = this.#properties(this.#boxHandle())
    this.#box.value = undefined
    return result[0]!.value!.objectId!
  }

  #valueOf(remote: Remote | undefined): unknown {
    // NaN, -0 and bigints are no JSON, and are asked for like objects.
    if (!remote?.objectId && !remote?.unserializableValue) return remote?.value
    const { objectId, unserializableValue } = remote
    this.#post('Runtime.callFunctionOn', {
      objectId: this.#boxHandle(),
      functionDeclaration: 'function(x){this.value=x}',
      arguments: [objectId ? { objectId } : { unserializableValue }],
      silent: true,
    })
    const { value } = this.#box
    this.#box.value = undefined
    return value
  }

  #properties(objectId: string): {
    result: Property[]
    internalProperties?: Property[]
    privateProperties?: Property[]
  } {
    this.#handles += 8
    return this.#post('Runtime.getProperties', { objectId, ownProperties: true })
  }

  #boxHandle(): string {
    if (!this.#boxId) {
      const parameters = { expression: boxExpression, objectGroup: 'modulepickle' }
      this.#boxId = this.#post<{ result: Remote }>('Runtime.evaluate', parameters).result.objectId!
    }
    return this.#boxId
  }

  /**
   * Evaluates `expression` inside the frame of `fn` that `call` enters and returns its value; the body of `fn` does not run. See
   * probe.ts for the functions that this is safe for, and for the call. `literal` stands for the text of `fn`. Where the frame is
   * not entered by calling, it is at the position `at` of the script. Leaves the Debugger domain on: turning it on lists all
   * scripts, so that dumps in a row share it.
   * @throws ModulePickleError ERR_CAPTURE_UNSUPPORTED when the frame was not reached
   */
  inFrameOf(fn: Function, literal: object, expression: string, call: () => unknown, at?: Position): unknown {
    let reached = false
    let value: unknown
    if (!this.#isDebugging) this.#post('Debugger.enable')
    this.#isDebugging = true
    this.#hasEntered = true
    // Anybody else who calls such a function meanwhile finds nothing to enter.
    const condition = `${boxExpression}.enter?.(${expression})`
    const breakpointId = at ? this.#breakAt(fn, at, condition) : undefined
    if (!at) this.#breakOnCall(fn, literal, condition)
    this.#box.enter = result => {
      reached = true
      value = result
      this.#session.post('Runtime.terminateExecution')
      return false
    }
    this.#box.value = call
    try {
      // Through Runtime.evaluate: a termination that unwinds a direct call would end the main script as well.
      this.#session.post('Runtime.evaluate', { expression: `${boxExpression}.value()`, silent: true })
    } finally {
      this.#box.value = undefined
      delete this.#box.enter
      if (breakpointId !== undefined) this.#post('Debugger.removeBreakpoint', { breakpointId })
    }
    if (reached) return value
    throw new ModulePickleError(
      'ERR_CAPTURE_UNSUPPORTED',
      `The scope of ${fn.name || 'an anonymous function'} could not be entered to see which variables it shares.`,
    )
  }

  /**
   * Setting a breakpoint has V8 walk its heap, so it stays until debugging ends, for all functions of the literal. V8 refuses a second one
   * for the same code, which tells that it is there.
   */
  #breakOnCall(fn: Function, literal: object, condition: string): void {
    const known = this.#entries.get(literal)
    if (known?.condition !== condition) {
      for (const breakpointId of known?.breakpointIds ?? []) this.#post('Debugger.removeBreakpoint', { breakpointId })
    }
    const entry = known?.condition === condition ? known : { condition, breakpointIds: [] }
    this.#entries.set(literal, entry)
    const parameters = { objectId: this.#handleOf(fn), condition }
    let failure: Error | null = null
    this.#session.post('Debugger.setBreakpointOnFunctionCall', parameters, (error, result) => {
      failure = error
      if (!error) entry.breakpointIds.push((result as { breakpointId: string }).breakpointId)
    })
    const isThere = entry.breakpointIds.length > 0 && /already exists/.test(String(failure))
    if (failure && !isThere) throw unanswered('Debugger.setBreakpointOnFunctionCall', failure)
  }

  /** At the first place from there on that is the function's own: V8 would also take one inside of a function declared in it. */
  #breakAt(fn: Function, { line, column }: Position, condition: string): string {
    const { scriptId } = this.internalsOf(fn).location!
    const start = { scriptId, lineNumber: line, columnNumber: column }
    const places = this.#post<{ locations: object[] }>('Debugger.getPossibleBreakpoints', {
      start,
      restrictToFunction: true,
    })
    const parameters = { location: places.locations[0] ?? start, condition }
    return this.#post<{ breakpointId: string }>('Debugger.setBreakpoint', parameters).breakpointId
  }

  /**
   * Call when a dump is over, also one that failed: has debugging end before any await goes on, and lets go of all handles, soon
   * or, where captured values are `large`, at once, so that those can be collected.
   */
  release(large: boolean): void {
    if (this.#isDebugging && !this.#hasEntered) this.#endDebugging()
    else if (this.#isDebugging && !this.#isEnding) {
      this.#isEnding = true
      afterThisJob(() => this.#endDebugging())
    }
    // V8 keeps ids up to date for as long as there are any.
    if (this.#hasHeapIds) this.#post('HeapProfiler.disable')
    this.#hasHeapIds = false
    if (large || this.#handles >= handleLimit) this.#letGo()
    else if (this.#handles > 0 && !this.#willLetGo) {
      this.#willLetGo = true
      later(() => {
        this.#willLetGo = false
        this.#letGo()
      }, handleMs).unref()
    }
  }

  #letGo(): void {
    if (this.#handles === 0) return
    this.#post('Runtime.releaseObjectGroup', { objectGroup: 'modulepickle' })
    this.#boxId = undefined
    this.#handles = 0
  }

  #endDebugging(): void {
    this.#isEnding = false
    this.#hasEntered = false
    this.#isDebugging = false
    this.#entries.clear()
    this.#session.post('Debugger.disable')
  }

  #post<T>(method: string, parameters?: object): T {
    let outcome: { error: Error | null; result: unknown } | undefined
    this.#session.post(method, parameters, (error, result) => {
      outcome = { error, result }
    })
    if (outcome && !outcome.error) return outcome.result as T
    throw unanswered(method, outcome?.error)
  }
}

function unanswered(method: string, cause: unknown): ModulePickleError {
  return new ModulePickleError('ERR_INSPECTOR_UNAVAILABLE', `The inspector did not answer ${method}.`, { cause })
}
