/**
 * extend(CloudPickler): references into local modules carry a snapshot of the working directory; and the way back.
 *
 * dumps: capture → snapshot → encode. loads: manifest → materialize → check → import → decode.
 */
import { Arrival, type ArrivalOptions } from './arrival.ts'
import {
  CloudPickler,
  type CloudPicklerOptions,
  type DeferredImport,
  type Manifest,
  type ModuleTarget,
} from './cloudpickle/index.ts'
import { CloudUnpickler, readManifest } from './cloudpickle/cloudunpickler.ts'
import { LoadedModules } from './cloudpickle/revive/loaded-modules.ts'
import { traceAsync, traceSync, type StageDetails } from './diagnostics/channels.ts'
import type { ClassesByNumber, ClassNumbers } from './cloudpickle/sent-classes.ts'
import type { Late } from './pickle/index.ts'
import { Shipment, type ModuleSource, type Packed, type PackagesMode } from './shipment.ts'

export type { ModuleSource, Packed, PackedModules, PackagesMode } from './shipment.ts'
export type { ArrivalOptions } from './arrival.ts'

/** What `extend` adds to a CloudPickler. */
export interface ShipsModules {
  /** What the pickle refers to. Complete once `dump` has returned. */
  readonly shipment: Packed
}

export interface ShipOptions {
  readonly source: ModuleSource
  /** Whether the snapshots are inside the pickle; else only their ids are. */
  readonly selfContained: boolean
  readonly packages: PackagesMode
  /** What happens where code has changed since it was loaded; by default a warning. */
  readonly changed?: 'warn' | 'refuse' | undefined
  /** Takes binary buffers out of band, as that of a Pickler does. */
  readonly bufferCallback?: (buffer: Uint8Array) => boolean
  /** Of the conversation that the pickle is a part of. */
  readonly classes?: ClassNumbers
}

/** A CloudPickler class. A mixin's constructor takes whatever its base takes; TypeScript asks for exactly this type. */
// oxlint-disable-next-line typescript/no-explicit-any
export type PicklerClass = new (...parameters: any[]) => CloudPickler

/** A class that pickles as `Base` does, except that references into local modules carry the packages that these are in. */
export function extend<B extends PicklerClass>(
  Base: B,
  { source, selfContained, packages, changed = 'warn' }: ShipOptions,
): new (...parameters: ConstructorParameters<B>) => InstanceType<B> & ShipsModules {
  class Shipping extends Base {
    shipment = new Shipment(source, packages, changed)

    protected override startsOver(): void {
      super.startsOver()
      this.shipment = new Shipment(source, packages, changed)
    }

    protected override moduleName(target: ModuleTarget): string | Late {
      return target.kind === 'file' ? this.shipment.nameOf(target.file) : super.moduleName(target)
    }

    protected override moduleReached(target: ModuleTarget): void {
      if (target.kind === 'file') this.shipment.reached(target.file)
    }

    protected override importDeferred(request: DeferredImport): void {
      this.shipment.importDeferred(request)
    }

    protected override bindingUsed(target: ModuleTarget, name: string): void {
      if (target.kind === 'file') this.shipment.bindingUsed(target.file, name)
    }

    /** Packing sees to it. */
    protected override givesPrivateAccess(target: ModuleTarget): boolean {
      return target.kind === 'file' && source.locate(target.file) !== undefined
    }

    protected override sourceName(file: string): string {
      return this.shipment.sourceName(file)
    }

    protected override manifest(): Manifest {
      return this.shipment.manifest(super.manifest(), selfContained)
    }
  }
  return Shipping as never
}

export interface Pickled extends Packed {
  readonly bytes: Uint8Array
}

/** Pickles `value`, functions with the local packages that they need. */
export function pickle(value: unknown, options: ShipOptions): Pickled {
  const { bufferCallback, classes } = options
  const pickler = new (shippingPickler(options))({ classes, ...(bufferCallback && { bufferCallback }) })
  const bytes = pickler.dump(value)
  const { snapshots, packageDirectories, mode, installed, sources } = pickler.shipment
  return { bytes, snapshots, packageDirectories, mode, installed, sources }
}

type ShippingPickler = new (options?: CloudPicklerOptions) => CloudPickler & ShipsModules

const shippingPicklers = new WeakMap<ModuleSource, Map<string, ShippingPickler>>()

/** Made once for each source: making a class costs more than pickling a small function. */
function shippingPickler(options: ShipOptions): ShippingPickler {
  const known = shippingPicklers.get(options.source) ?? new Map<string, ShippingPickler>()
  const key = `${options.packages} ${options.selfContained} ${options.changed}`
  shippingPicklers.set(options.source, known)
  const made = known.get(key) ?? extend(CloudPickler, options)
  known.set(key, made)
  return made
}

/** The value of a pickle; its modules are evaluated first. It may use the memory of `buffers`, which were taken out of band; `classes` are of the conversation that it is a part of. */
export async function unpickle(
  bytes: Uint8Array,
  options: ArrivalOptions,
  buffers: readonly Uint8Array[] = [],
  classes?: ClassesByNumber,
): Promise<unknown> {
  const manifest = readManifest(bytes)
  const load = async (): Promise<unknown> => {
    const modules = new LoadedModules(new Arrival(manifest, options).locate)
    await modules.load(manifest.modules)
    return new CloudUnpickler(bytes, modules, { buffers, classes }).load()
  }
  return traceAsync('decode', load, decoding(bytes, manifest))
}

/**
 * As `unpickle`, without waiting.
 * @throws ModulePickleError ERR_MODULE_ASYNC for a module with top-level await
 */
export function unpickleSync(bytes: Uint8Array, options: ArrivalOptions): unknown {
  const manifest = readManifest(bytes)
  const load = (): unknown => {
    const modules = new LoadedModules(new Arrival(manifest, options).locate)
    modules.loadSync(manifest.modules)
    return new CloudUnpickler(bytes, modules).load()
  }
  return traceSync('decode', load, decoding(bytes, manifest))
}

function decoding({ byteLength }: Uint8Array, { modules }: Manifest): { details: () => StageDetails['decode'] } {
  return { details: () => ({ sizeBytes: byteLength, modules }) }
}
