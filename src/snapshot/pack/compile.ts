/**
 * TypeScript and JSX to the JavaScript that Node 20 runs, with a source map to the kept copy of the source.
 *
 * oxc does nearly all; esbuild does CommonJS output and what oxc would need helper packages for (decorators, `using`), so
 * that the output imports only what the source imported. Compilers are loaded when the first file needs them.
 */
import { createRequire } from 'node:module'
import path from 'node:path'
import { ModulePickleError } from '../../errors.ts'
import { moduleUrlVariable } from '../../cloudpickle/source/module-requests.ts'
import type { SourceKind } from '../../cloudpickle/source/parse.ts'
import { outputPath, sourcePath } from './output-path.ts'
import type { TypeScriptOptions } from './tsconfig.ts'

type Oxc = typeof import('oxc-transform')
type Esbuild = typeof import('esbuild')

export type Compiler = 'esbuild' | 'oxc-transform'

interface Source {
  /** Relative to the project's root, with `/`. */
  readonly path: string
  readonly text: string
  /** What the output is to be. */
  readonly kind: SourceKind
  readonly options: TypeScriptOptions
}

interface Compiled {
  readonly code: string
  /** The source map, as JSON. Its only source is relative to the output. */
  readonly map: string
  readonly compiler: Compiler
}

/** The oldest Node that shipped code must run on. */
export const compileTarget = 'es2023'

const load = createRequire(import.meta.url)
const externalHelpers = 'External' as import('oxc-transform').HelperMode.External
/** Helpers that oxc calls for decorators with metadata, as functions so that they are there before the first class. */
const decoratorHelpers =
  "function __modulepickle_decorate(d,t,k,p){var r=arguments.length<3?t:p===null?p=Object.getOwnPropertyDescriptor(t,k):p;for(var i=d.length-1;i>=0;i--){var x=d[i];if(x)r=(arguments.length<3?x(r):arguments.length>3?x(t,k,r):x(t,k))||r}return arguments.length>3&&r&&Object.defineProperty(t,k,r),r}function __modulepickle_decorateMetadata(k,v){if(typeof Reflect.metadata==='function')return Reflect.metadata(k,v)}function __modulepickle_decorateParam(i,d){return function(t,k){d(t,k,i)}}"

/** @throws ModulePickleError ERR_MODULE_UNREADABLE with the compiler's message */
export function compile(source: Source): Compiled {
  const { options } = source
  if (source.kind === 'module' && !assignsClassFields(source)) {
    const compiled = compileByOxc(source)
    if (compiled) return compiled
  }
  if (options.experimentalDecorators && options.emitDecoratorMetadata) {
    const compiled = compileByOxc(source, true)
    if (compiled && source.kind === 'module') return compiled
    if (compiled) return compileByEsbuild(source, withInlineMap(compiled), 'js')
  }
  return compileByEsbuild(source, source.text, loaderOf(source.path))
}

/** undefined when the output would need helpers from a package, or oxc cannot compile it. */
function compileByOxc(source: Source, withDecoratorHelpers = false): Compiled | undefined {
  const { options } = source
  const isClassic = options.jsx === undefined || options.jsx === 'react' || options.jsx === 'preserve'
  const result = (load('oxc-transform') as Oxc).transformSync(source.path, source.text, {
    lang: loaderOf(source.path),
    sourceType: 'module',
    sourcemap: true,
    target: compileTarget,
    helpers: { mode: externalHelpers },
    typescript: { onlyRemoveTypeImports: options.verbatimModuleSyntax === true },
    decorator: {
      legacy: options.experimentalDecorators === true,
      emitDecoratorMetadata: options.emitDecoratorMetadata === true,
      strictNullChecks: options.strictNullChecks ?? options.strict ?? false,
    },
    jsx: {
      runtime: isClassic ? 'classic' : 'automatic',
      development: options.jsx === 'react-jsxdev',
      ...(isClassic && options.jsxFactory !== undefined && { pragma: options.jsxFactory }),
      ...(isClassic && options.jsxFragmentFactory !== undefined && { pragmaFrag: options.jsxFragmentFactory }),
      ...(!isClassic && options.jsxImportSource !== undefined && { importSource: options.jsxImportSource }),
    },
  })
  const [error] = result.errors
  if (error && withDecoratorHelpers) throw unreadable(source.path, error.codeframe ?? error.message)
  // It refuses some of TypeScript, such as namespaces that export variables; and of real mistakes esbuild tells as well.
  if (error) return undefined
  const helpers = Object.keys(result.helpersUsed)
  const areDecorators = helpers.every(name => name.startsWith('decorate'))
  if (helpers.length > 0 && !(withDecoratorHelpers && areDecorators)) return undefined
  if (hasStandardDecorators(source, result.code) || hasAutoAccessors(result.code)) return undefined
  const code = result.code.replaceAll(/\bbabelHelpers\.(?=decorate)/g, '__modulepickle_')
  const { mappings = '', names = [] } = result.map ?? {}
  return {
    code: helpers.length > 0 ? `${code}\n${decoratorHelpers}\n` : code,
    map: mapFor(source.path, mappings, names),
    compiler: 'oxc-transform',
  }
}

function compileByEsbuild(source: Source, text: string, loader: 'js' | 'jsx' | 'ts' | 'tsx'): Compiled {
  const esbuild = load('esbuild') as Esbuild
  const isScript = source.kind === 'script'
  const usesMeta = isScript && /\bimport\.meta\b/.test(text)
  try {
    const result = esbuild.transformSync(text, {
      loader,
      format: isScript ? 'cjs' : 'esm',
      platform: 'node',
      target: ['es2023', 'node20'],
      sourcefile: source.path,
      sourcemap: 'external',
      sourcesContent: false,
      logLevel: 'silent',
      // It gives what an anonymous default export is a name of its own, which shows.
      keepNames: /\bexport\s+default\b/.test(text),
      tsconfigRaw: { compilerOptions: esbuildOptions(source.options) },
      ...(usesMeta && importMetaForCommonJs),
    })
    const { mappings, names } = JSON.parse(result.map) as { mappings: string; names: string[] }
    return { code: result.code, map: mapFor(source.path, mappings, names), compiler: 'esbuild' }
  } catch (error) {
    throw unreadable(source.path, (error as Error).message, error)
  }
}

/** `import.meta` as TypeScript runners give it to code that they turn into CommonJS. */
const importMetaForCommonJs = {
  banner: `"use strict";const ${moduleUrlVariable}=require("node:url").pathToFileURL(__filename).href;`,
  define: {
    'import.meta.url': moduleUrlVariable,
    'import.meta.filename': '__filename',
    'import.meta.dirname': '__dirname',
  },
}

function esbuildOptions(options: TypeScriptOptions): NonNullable<EsbuildCompilerOptions> {
  const { emitDecoratorMetadata: _, strictNullChecks: _strict, jsx, ...rest } = options
  const runnable = jsx === 'preserve' || jsx === undefined ? {} : { jsx }
  return { ...rest, ...runnable } as NonNullable<EsbuildCompilerOptions>
}

type EsbuildCompilerOptions = Exclude<
  import('esbuild').TransformOptions['tsconfigRaw'],
  string | undefined
>['compilerOptions']

/** TypeScript before class fields were standard set them by assignment; oxc would need helpers for that. */
function assignsClassFields({ options, text }: Source): boolean {
  const assigns = options.useDefineForClassFields === false
  const isOldTarget = /^es(?:3|5|6|20(?:1[5-9]|2[01]))$/i.test(options.target ?? '')
  return (assigns || (isOldTarget && options.useDefineForClassFields !== true)) && /\bclass\b/.test(text)
}

/** oxc leaves standard decorators in its output, and no Node runs them. A line that begins with `@` is cheap to notice. */
function hasStandardDecorators({ options, text }: Source, output: string): boolean {
  return (
    options.experimentalDecorators !== true &&
    /(?:^|[\s{;(])@[\w$(]/.test(text) &&
    /(?:^|[\s{;(])@[\w$(]/.test(stripComments(output))
  )
}

/** No Node runs these either. */
function hasAutoAccessors(output: string): boolean {
  return output.includes('accessor') && /\baccessor\s+[\w$#["']/.test(stripComments(output))
}

function stripComments(code: string): string {
  return code.replaceAll(/\/\*[\s\S]*?\*\/|^\s*\/\/.*$/gm, '')
}

function loaderOf(file: string): 'jsx' | 'ts' | 'tsx' {
  return file.endsWith('.tsx') ? 'tsx' : file.endsWith('.jsx') ? 'jsx' : 'ts'
}

function mapFor(file: string, mappings: string, names: readonly string[]): string {
  const source = path.posix.relative(path.posix.dirname(outputPath(file)), sourcePath(file))
  return JSON.stringify({ version: 3, sources: [source], names, mappings })
}

/** The comment that carries a source map inside the file. */
export function mapComment(map: string): string {
  return `//# sourceMappingURL=data:application/json;base64,${Buffer.from(map).toString('base64')}\n`
}

function withInlineMap(compiled: Compiled): string {
  return `${compiled.code}\n${mapComment(compiled.map)}`
}

/** Versions of the compilers, as part of what a snapshot's id covers. Asking does not load them. */
export function compilerVersion(compiler: Compiler): string {
  return (load(`${compiler}/package.json`) as { version: string }).version
}

function unreadable(file: string, message: string, cause?: unknown): ModulePickleError {
  return new ModulePickleError(
    'ERR_MODULE_UNREADABLE',
    `${file} cannot be compiled:\n${message}\nCorrect it, or exclude it in "modulepickle": { "exclude": […] } of package.json.`,
    { cause },
  )
}
