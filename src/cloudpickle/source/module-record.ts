/**
 * What a module's text says about itself: its top-level bindings, imports, exports and requests.
 *
 * Of the text V8 has loaded (capture) and of the text that ships (packing), so that both name bindings alike. See read-module.ts.
 */
import type { ModuleRoot, Wrapper } from './module-root.ts'
import type { AnyNode, Program, SourceKind } from './parse.ts'

export type DeclarationKind = 'const' | 'let' | 'var' | 'function' | 'class'

/** A name bound at the top level of a module by a declaration. `init` is the declared function, class or initialiser. */
export interface Declaration {
  readonly kind: DeclarationKind
  readonly init: AnyNode | undefined
}

/** A local name bound to another module: `import { name as local } from 'specifier'`, or CommonJS text of the same meaning. */
export interface ImportBinding {
  readonly specifier: string
  /** The export's name, `*` for the whole namespace, `module.exports` for what `require()` returns. */
  readonly name: string
  /** `const { property: local } = require('specifier')`. */
  readonly property?: string
  /** How CommonJS text from a compiler wraps what `require()` returned; see esbuild's `__toESM`. */
  readonly interop?: 'esm' | 'esm-node'
  /** A loader that has its own ways with specifiers. */
  readonly resolver?: Wrapper
}

/** `resolve` is `import.meta.resolve()`. */
export type RequestKind = 'import' | 'export' | 'dynamic' | 'require' | 'resolve' | 'url'

/** A place in the text that names another module or file, with the range of the literal (quotes included) or expression. */
export interface ModuleRequest {
  readonly kind: RequestKind
  /** undefined where the specifier is computed. */
  readonly specifier: string | undefined
  /** Its literal parts in order; undefined for what is computed. */
  readonly parts: readonly (string | undefined)[]
  readonly start: number
  readonly end: number
}

export interface ModuleRecord {
  readonly kind: SourceKind
  readonly text: string
  readonly program: Program
  /** The statements whose declarations are the module's top level (inside the function that some loaders put it into). */
  readonly body: readonly AnyNode[]
  /** The node that owns `body`. */
  readonly root: ModuleRoot['node']
  /** The loader that put the module into a function. */
  readonly wrapper: Wrapper | undefined
  readonly declarations: ReadonlyMap<string, Declaration>
  readonly imports: ReadonlyMap<string, ImportBinding>
  /** Export name to local name; only what this module itself declares or re-exports under a local name. */
  readonly exports: ReadonlyMap<string, string>
  readonly requests: readonly ModuleRequest[]
}
