/**
 * V8's Debugger domain: the scripts that are loaded, and frames that are entered to see what their functions share.
 *
 * It is enabled only for the moment in which scripts are listed, or until the synchronous code that enters frames ends, because
 * await is several times slower while it is on. Nothing here runs user code.
 */
import { ModulePickleError } from '../../errors.ts'
import { boxExpression, unanswered, type RemoteValues } from './remote-values.ts'

/** Zero-based, in the text of the script. */
export interface ScriptPosition {
  readonly scriptId: string
  readonly line: number
  readonly column: number
}

export interface ScriptInfo {
  readonly url: string
  readonly isModule: boolean
  /** The line that the text begins on: not 0 for functions that were compiled with an offset. */
  readonly startLine: number
  /** The column that the text's first line begins on: vitest hides the length of what it puts in front. */
  readonly startColumn: number
}

/** A condition at the entry of functions, and what V8 knows it by. */
interface Entry {
  readonly condition: string
  readonly breakpointIds: string[]
}

// Under fake timers, the global may be another one later.
const afterThisJob = queueMicrotask

export class Debugging {
  readonly #remote: RemoteValues
  readonly #scripts = new Map<string, ScriptInfo>()
  readonly #sources = new Map<string, string>()
  /** How often scripts were listed. */
  #listings = 0
  #isOn = false
  #isEnding = false
  /** Frames are entered in many dumps in a row, or in none; scripts are listed once. */
  #hasEntered = false
  /** Conditions for entering functions, by what stands for their text: set once for all functions that it makes. */
  readonly #entries = new Map<object, Entry>()

  constructor(remote: RemoteValues) {
    this.#remote = remote
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
    if (!this.#isOn) this.#listScripts()
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

  /**
   * Evaluates `expression` inside the frame of `fn` that `call` enters and returns its value; the body of `fn` does not run. See
   * probe.ts for the functions that this is safe for, and for the call. `literal` stands for the text of `fn`. Where the frame is
   * not entered by calling, it is at the position `at` of the script. Leaves the Debugger domain on: turning it on lists all
   * scripts, so that dumps in a row share it.
   * @throws ModulePickleError ERR_CAPTURE_UNSUPPORTED when the frame was not reached
   */
  inFrameOf(fn: Function, literal: object, expression: string, call: () => unknown, at?: ScriptPosition): unknown {
    let reached = false
    let value: unknown
    if (!this.#isOn) this.#remote.post('Debugger.enable')
    this.#isOn = true
    this.#hasEntered = true
    // Anybody else who calls such a function meanwhile finds nothing to enter.
    const condition = `${boxExpression}.enter?.(${expression})`
    const breakpointId = at ? this.#breakAt(at, condition) : undefined
    if (!at) this.#breakOnCall(fn, literal, condition)
    this.#remote.box.enter = result => {
      reached = true
      value = result
      this.#remote.session.post('Runtime.terminateExecution')
      return false
    }
    this.#remote.box.value = call
    try {
      // Through Runtime.evaluate: a termination that unwinds a direct call would end the main script as well.
      this.#remote.session.post('Runtime.evaluate', { expression: `${boxExpression}.value()`, silent: true })
    } finally {
      this.#remote.box.value = undefined
      delete this.#remote.box.enter
      if (breakpointId !== undefined) this.#remote.post('Debugger.removeBreakpoint', { breakpointId })
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
      for (const breakpointId of known?.breakpointIds ?? [])
        this.#remote.post('Debugger.removeBreakpoint', { breakpointId })
    }
    const entry = known?.condition === condition ? known : { condition, breakpointIds: [] }
    this.#entries.set(literal, entry)
    const parameters = { objectId: this.#remote.handleOf(fn), condition }
    let failure: Error | null = null
    this.#remote.session.post('Debugger.setBreakpointOnFunctionCall', parameters, (error, result) => {
      failure = error
      if (!error) entry.breakpointIds.push((result as { breakpointId: string }).breakpointId)
    })
    const isThere = entry.breakpointIds.length > 0 && /already exists/.test(String(failure))
    if (failure && !isThere) throw unanswered('Debugger.setBreakpointOnFunctionCall', failure)
  }

  /** At the first place from there on that is the function's own: V8 would also take one inside of a function declared in it. */
  #breakAt({ scriptId, line, column }: ScriptPosition, condition: string): string {
    const start = { scriptId, lineNumber: line, columnNumber: column }
    const places = this.#remote.post<{ locations: object[] }>('Debugger.getPossibleBreakpoints', {
      start,
      restrictToFunction: true,
    })
    const parameters = { location: places.locations[0] ?? start, condition }
    return this.#remote.post<{ breakpointId: string }>('Debugger.setBreakpoint', parameters).breakpointId
  }

  /** Call when a dump is over: off before any await goes on. */
  release(): void {
    if (this.#isOn && !this.#hasEntered) this.#end()
    else if (this.#isOn && !this.#isEnding) {
      this.#isEnding = true
      afterThisJob(() => this.#end())
    }
  }

  #end(): void {
    this.#isEnding = false
    this.#hasEntered = false
    this.#isOn = false
    this.#entries.clear()
    this.#remote.session.post('Debugger.disable')
  }

  /** Enabling the Debugger domain lists every script again, which takes long: it stays on until `release`. */
  #listScripts(): void {
    const onScript = ({ params }: { params: ScriptInfo & { scriptId: string } }): void => {
      const { scriptId, url, isModule = false, startLine, startColumn } = params
      this.#scripts.set(scriptId, { url, isModule, startLine, startColumn })
    }
    this.#remote.session.on('Debugger.scriptParsed', onScript)
    this.#remote.post('Debugger.disable')
    this.#entries.clear()
    this.#remote.post('Debugger.enable')
    this.#isOn = true
    this.#listings++
    this.#remote.session.off('Debugger.scriptParsed', onScript)
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
    this.#remote.session.post('Debugger.getScriptSource', { scriptId }, (error, result) => {
      if (!error) text = result.scriptSource
    })
    return text
  }
}
