/**
 * Whether a source file runs as an ECMAScript module or as CommonJS in this very process.
 *
 * By extension, else by the `type` of its package, else as Node detects it. tsx runs TypeScript without a `type` as CommonJS.
 */
import { detectKind, type SourceKind } from '../../cloudpickle/source/parse.ts'
import { isCompiled } from './output-path.ts'

/** `type` is that of the file's package. `undefined` means: detect it from the text that runs. */
export function declaredKind(file: string, type: string | undefined): SourceKind | undefined {
  if (/\.m[jt]s$/.test(file)) return 'module'
  if (/\.c[jt]s$/.test(file)) return 'script'
  if (type === 'module') return 'module'
  if (type === 'commonjs' || (isCompiled(file) && runsUnderTsx())) return 'script'
  return undefined
}

/** The kind of JavaScript text whose file does not tell. */
export function kindOfText(text: string): SourceKind {
  return detectKind(text)
}

function runsUnderTsx(): boolean {
  return Symbol.for('tsx:global-cjs-loader-count') in globalThis
}
