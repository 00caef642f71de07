/**
 * What variables of a code unit hold besides values: modules, and the context of the module that the code is from.
 */
import type { ImportBinding } from '../source/module-record.ts'
import type { ContextPart } from './free-variables.ts'
import type { ModuleTarget } from './function-reference.ts'

/** What a variable of a module holds on the other end: a module there, or the table of its own top-level bindings. */
export class ModuleReference {
  // oxlint-disable-next-line eslint/no-unused-private-class-members
  readonly #isReference = true
  readonly module: ModuleTarget
  /** `*` the namespace, `module.exports` what require() returns, `#` the binding table, or an export. */
  readonly name: string
  readonly interop: ImportBinding['interop'] | undefined
  /** The bindings that are used by name, so that packing can check that they are still there. */
  readonly members: readonly string[]

  constructor(module: ModuleTarget, name: string, members: readonly string[] = [], interop?: ImportBinding['interop']) {
    this.module = module
    this.name = name
    this.members = members
    this.interop = interop
  }

  /** For any value of the program; `instanceof` would run the code of a Proxy. */
  static is(value: unknown): value is ModuleReference {
    return typeof value === 'object' && value !== null && #isReference in value
  }
}

/** A part of the context of a module that is never evaluated on the other end: `import()`, `import.meta`, `require` … */
export class ContextReference {
  readonly module: ModuleTarget
  readonly name: ContextPart

  constructor(module: ModuleTarget, name: ContextReference['name']) {
    this.module = module
    this.name = name
  }
}
