/**
 * explain(): what dumps() would ship of a value, and why; nothing of it is sent, and nothing runs that dumps() would not run.
 *
 * Output is plain data. renderExplanation() turns it into text.
 */
import path from 'node:path'
import { CloudPickler, type DeferredImport, type FunctionTravel } from './cloudpickle/index.ts'
import { ModulePickleError } from './errors.ts'
import type { Explanation } from './explanation.ts'
import { extend } from './modulepickle.ts'
import type { ModuleSource } from './shipment.ts'
import { byContent } from './snapshot/materialize/installed-here.ts'
import { workingDirectory, type PackedSnapshot } from './snapshot/pack/working-directory.ts'

/**
 * What would ship with `value`.
 * @throws ModulePickleError as dumps() would
 */
export function explain(value: unknown): Explanation {
  const functions: FunctionTravel[] = []
  const { source, packed } = recorded()
  class Explaining extends extend(CloudPickler, { source, selfContained: false, packages: 'reference' }) {
    protected override startsOver(): void {
      super.startsOver()
      functions.length = 0
    }

    protected override functionCaptured(travel: () => FunctionTravel): void {
      functions.push(travel())
    }
  }
  const bytes = new Explaining().dump(value)
  const snapshots = new Map(packed.map(snapshot => [snapshot.id, snapshot.contents()]))
  return { valueBytes: bytes.length, functions: distinct(functions), snapshots: [...snapshots.values()] }
}

/**
 * What would ship with an export of `file`, which is not imported; by default with any.
 * @throws ModulePickleError as dumps() would; ERR_BINDING_MISSING when the file has no such export
 */
export function explainFile(file: string, exportName?: string): Explanation {
  const directory = workingDirectory()
  const absolute = path.resolve(file)
  const root = directory.locate(absolute)?.root
  if (root === undefined) {
    throw new ModulePickleError(
      'ERR_MODULE_OUTSIDE_ROOT',
      `${absolute} is not a file of a project: there is none, or it is installed, or no package.json is above it.`,
    )
  }
  const snapshot = directory.pack(root, [absolute], [], byContent)
  const place = snapshot.pathOf(absolute)
  if (exportName !== undefined && !snapshot.hasBinding(place, exportName)) {
    throw new ModulePickleError('ERR_BINDING_MISSING', `${absolute} has no export ${JSON.stringify(exportName)}.`)
  }
  const why = 'its module, which is imported there, exports it'
  const named =
    exportName === undefined ? [] : [{ name: exportName, place: absolute, travels: 'by reference', why } as const]
  return { valueBytes: undefined, functions: named, snapshots: [snapshot.contents()] }
}

/** A source that remembers what was packed. */
function recorded(): { source: ModuleSource; packed: PackedSnapshot[] } {
  const directory = workingDirectory()
  const packed: PackedSnapshot[] = []
  const source: ModuleSource = {
    locate: file => directory.locate(file),
    installed: file => directory.installed(file),
    pack: (root, modules, deferred: readonly DeferredImport[], naming) => {
      const snapshot = directory.pack(root, modules, deferred, naming)
      packed.push(snapshot)
      return snapshot
    },
  }
  return { source, packed }
}

/** A class may be asked about several times. */
function distinct(functions: readonly FunctionTravel[]): FunctionTravel[] {
  return [...new Map(functions.map(travel => [JSON.stringify(travel), travel])).values()]
}
