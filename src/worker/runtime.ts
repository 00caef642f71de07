/**
 * What a worker process has, once: its cache, where installed packages are, and what it pickles from.
 *
 * Made when first used, so that a program which only imports this file for its public face writes nothing.
 */
import { ReceivedClasses } from '../call/received-classes.ts'
import type { ArrivalOptions, ModuleSource } from '../modulepickle.ts'
import { adoptPlaces } from '../snapshot/packages/by-place.ts'
import { HeldSnapshots } from './held-snapshots.ts'
import { MaterializedSource } from '../materialized-source.ts'
import { writeRuntimePackage, type Program } from './runtime-package.ts'

interface Runtime {
  readonly cache: HeldSnapshots
  readonly source: ModuleSource
  /** What came with calls. */
  readonly classes: ReceivedClasses
  /** How results name installed packages: by place for a sender that has told where its own are, else by content. */
  readonly packages: 'place' | 'reference'
  /** For pickles from the sender, whose installed packages are the ones that `tellPackages` was told. */
  readonly arrival: ArrivalOptions
  tellPackages(directories: ReadonlyMap<string, string>): void
}

let program: Program | undefined
let current: Runtime | undefined

/** To be called once, by the program, before anything else here. */
export function introduce(running: Program): void {
  program = running
}

/** @throws ModulePickleError ERR_CACHE_UNSAFE when it is made */
export function runtime(): Runtime {
  return (current ??= makeRuntime())
}

function makeRuntime(): Runtime {
  const cache = new HeldSnapshots()
  let directory: string | undefined
  const exact = new Map<string, string>()
  return {
    cache,
    source: new MaterializedSource(cache),
    classes: new ReceivedClasses(),
    get packages() {
      return exact.size > 0 ? 'place' : 'reference'
    },
    arrival: {
      cache,
      packages: {
        directories: [],
        exact,
        /** What shipped modules import as `modulepickle`: written for the first snapshot. Other code gets this program itself. */
        get runtime() {
          return (directory ??= writeRuntimePackage(cache, running()))
        },
      },
    },
    tellPackages(directories) {
      for (const [key, place] of directories) {
        if (exact.has(key) && exact.get(key) !== place) cache.placeAgain()
        exact.set(key, place)
      }
      adoptPlaces(directories)
    },
  }
}

function running(): Program {
  if (!program) throw new TypeError('The program introduces itself first.')
  return program
}
