/**
 * Decodes what workers send back, in terms of this process: a module of a snapshot that was packed here is the module that
 * is loaded here, and a class that was sent by value is itself, so that classes of results and errors are the very classes that
 * the caller knows.
 */
import type { Encoded } from '../call/encoded.ts'
import type { ToldOutcome } from '../call/outcome.ts'
import { explainLeftOut } from '../call/told-error.ts'
import { readManifest } from '../cloudpickle/cloudunpickler.ts'
import { unpickle, type ArrivalOptions } from '../modulepickle.ts'
import { unpickleData } from '../unpickle-data.ts'
import { SnapshotCache, type MaterializedSnapshot } from '../snapshot/materialize/snapshot-cache.ts'
import type { ObjectId } from '../snapshot/objects/snapshot.ts'
import { packageDirectory } from './own-package.ts'
import { evaluatedByRunner } from './runner-modules.ts'
import { LiveModules } from './live-modules.ts'
import type { PickledClasses } from './sent-classes.ts'
import type { ShippedSnapshots } from './shipped-snapshots.ts'

export class HomecomingDecoder {
  readonly #shipped: ShippedSnapshots
  readonly #live: LiveModules
  #options: ArrivalOptions | undefined

  /** `changed` is what happens where a module that an answer refers to is another one here. */
  constructor(shipped: ShippedSnapshots, changed: 'warn' | 'refuse') {
    this.#shipped = shipped
    this.#live = new LiveModules(shipped, changed)
  }

  /**
   * With `allow`, nothing but data is taken. `classes` are those of the call.
   * @throws ModulePickleError when the pickle refers to something that is not here, or to what is not allowed
   */
  async decode({ bytes, buffers }: Encoded, allow: 'data' | undefined, classes: PickledClasses): Promise<unknown> {
    if (allow === 'data') return unpickleData(bytes, buffers)
    this.#options ??= {
      cache: new SnapshotCache(),
      own: id => this.#own(id),
      packages: { directories: [process.cwd()], exact: this.#shipped.packageDirectories, runtime: packageDirectory },
      live: (id, inside) => {
        const file = this.#shipped.sourceOf(id, inside)
        return file === undefined ? undefined : { file, evaluated: evaluatedByRunner(file) }
      },
    }
    const manifest = readManifest(bytes)
    try {
      const value = await unpickle(bytes, this.#options, buffers, {
        find: number => classes.find(number),
        keep: nothing,
      })
      this.#live.report(manifest)
      return value
    } catch (error) {
      throw this.#live.explain(error, manifest)
    }
  }

  /**
   * What ended a call. It always comes: of an error whose classes or values cannot be had here, what was told of it.
   * @throws ModulePickleError as `decode`, for what is no error
   */
  async decodeError(body: Encoded, allow: 'data' | undefined, classes: PickledClasses): Promise<unknown> {
    const { error, whole } = (await this.decode(body, allow, classes)) as ToldOutcome
    if (!whole) return error
    try {
      return ((await this.decode(whole, allow, classes)) as ToldOutcome).error
    } catch (reason) {
      explainLeftOut(error, (reason as Error).message)
      return error
    }
  }

  /** Snapshots of this process are in place already: they are its project's own directory. */
  #own(id: ObjectId): MaterializedSnapshot | undefined {
    const own = this.#shipped.get(id)
    // Whoever runs the modules that run here has seen to their stack traces.
    return own && { id, directory: own.root, isCompiled: false, packageDirectories: own.packageDirectories }
  }
}

/** Answers send no classes that could come back. */
function nothing(): void {}
