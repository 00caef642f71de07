/**
 * What V8 knows of a live value beyond its properties, asked of an inspector of this very thread. Nothing here runs user code.
 */
import type { Position } from './author-lines.ts'
import { Debugging, type ScriptPosition } from './debugging.ts'
import { objectGroup, RemoteValues, type Remote, type Property } from './remote-values.ts'

/** One entry of a function's scope chain, innermost first. Reading `variables` gives live values; it is a copy. */
export interface LiveScope {
  readonly description: string
  readonly variables: Readonly<Record<string, unknown>>
}

/** V8 is asked when one of these is first read, and once: the variables are those of that moment. */
export interface FunctionInternals {
  readonly location: ScriptPosition | undefined
  readonly boundTarget: { target: Function; self: unknown; arguments: readonly unknown[] } | undefined
  scopes(): readonly LiveScope[]
}

type RemoteLocation = { scriptId: string; lineNumber: number; columnNumber: number }

export class Inspector {
  readonly #remote: RemoteValues
  readonly debugging: Debugging
  #hasHeapIds = false

  /** @throws ModulePickleError ERR_INSPECTOR_UNAVAILABLE under the permission model, or where there is no inspector */
  constructor() {
    this.#remote = new RemoteValues()
    this.debugging = new Debugging(this.#remote)
  }

  internalsOf(fn: Function): FunctionInternals {
    let properties: readonly Property[] | undefined
    const internal = (name: string): Remote | undefined => {
      properties ??= this.#remote.properties(this.#remote.handleOf(fn)).internalProperties ?? []
      return properties.find(property => property.name === name)?.value
    }
    const valueOf = (name: string): unknown => this.#remote.valueOf(internal(name))
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

  /** A position in the script of a function. */
  positionAt(fn: Function, position: Position): ScriptPosition {
    return { ...position, scriptId: this.internalsOf(fn).location!.scriptId }
  }

  /** What V8 keeps of an object beside its properties, as live values by name: `[[PromiseState]]`, `[[Target]]`. */
  stateOf(value: object): (name: string) => unknown {
    const { internalProperties = [] } = this.#remote.properties(this.#remote.handleOf(value))
    return name => this.#remote.valueOf(internalProperties.find(property => property.name === name)?.value)
  }

  /** All objects of this realm that are alive and inherit from `prototype`. V8 collects garbage first: some 30 ms or more. */
  instancesOf(prototype: object): readonly unknown[] {
    const { objects } = this.#remote.post<{ objects: { objectId: string } }>('Runtime.queryObjects', {
      prototypeObjectId: this.#remote.handleOf(prototype),
    })
    const instances = Array.from(this.#remote.valueOf(objects) as ArrayLike<unknown>)
    this.#remote.post('Runtime.releaseObject', { objectId: objects.objectId })
    return instances
  }

  /** V8 does so before it looks for instances, at once; HeapProfiler.collectGarbage waits for the program to come to rest. */
  collectGarbage(): void {
    this.instancesOf({})
  }

  /** A snapshot of the heap as JSON, whose object ids hold until `release`. */
  heapSnapshot(): string {
    const chunks: string[] = []
    const onChunk = ({ params }: { params: { chunk: string } }): void => void chunks.push(params.chunk)
    this.#remote.session.on('HeapProfiler.addHeapSnapshotChunk', onChunk)
    this.#hasHeapIds = true
    // Unlike takeHeapSnapshot, which waits for the program to come to rest, the end of tracking takes one at once.
    this.#remote.post('HeapProfiler.startTrackingHeapObjects', { trackAllocations: false })
    this.#remote.post('HeapProfiler.stopTrackingHeapObjects', { reportProgress: false })
    this.#remote.session.off('HeapProfiler.addHeapSnapshotChunk', onChunk)
    return chunks.join('')
  }

  /** What an object is called in heap snapshots. */
  heapIdOf(value: object): number {
    const objectId = this.#remote.handleOf(value)
    const { heapSnapshotObjectId } = this.#remote.post<{ heapSnapshotObjectId: string }>(
      'HeapProfiler.getHeapObjectId',
      {
        objectId,
      },
    )
    return Number(heapSnapshotObjectId)
  }

  objectOfHeapId(id: number): object {
    const parameters = { objectId: String(id), objectGroup }
    return this.#remote.valueOf(
      this.#remote.post<{ result: Remote }>('HeapProfiler.getObjectByHeapObjectId', parameters).result,
    ) as object
  }

  /** The private members of an object, with their `#`. Accessors have no value here. */
  privatesOf(object: object): { name: string; value: unknown }[] {
    const { privateProperties = [] } = this.#remote.properties(this.#remote.handleOf(object))
    return privateProperties.map(({ name, value }) => ({ name, value: this.#remote.valueOf(value) }))
  }

  /**
   * Call when a dump is over, also one that failed: has debugging end, and lets go of all handles, soon or, where captured values
   * are `large`, at once.
   */
  release(large: boolean): void {
    this.debugging.release()
    // V8 keeps ids up to date for as long as there are any.
    if (this.#hasHeapIds) this.#remote.post('HeapProfiler.disable')
    this.#hasHeapIds = false
    this.#remote.release(large)
  }

  #readScopes(scopes: Remote | undefined): LiveScope[] {
    if (!scopes) return []
    const entries = this.#remote.valueOf(scopes) as ArrayLike<{ description: string; object: LiveScope['variables'] }>
    return Array.from(entries, ({ description, object }) => ({ description, variables: object }))
  }
}
