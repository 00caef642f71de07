/**
 * The groups of cases, in the order of the document. Each is a fixture that runs as the main script of its process.
 */
export interface Group {
  readonly title: string
  /** In fixtures/. Written as CommonJS where only that has what it is about, else as an ES module. */
  readonly file: string
  readonly format: 'esm' | 'commonjs'
  /** A transformation that the fixture goes through first. */
  readonly transform: TransformName
}

export type TransformName = 'none' | 'keepNames' | 'minify' | 'es2020' | 'es2015' | 'es5'

export const groups: readonly Group[] = [
  { title: 'Functions', file: 'functions.js', format: 'esm', transform: 'none' },
  { title: 'Scopes and sharing', file: 'scopes.js', format: 'esm', transform: 'none' },
  { title: '`this`, `arguments`, `super`, `new.target`', file: 'lexical-this.js', format: 'esm', transform: 'none' },
  { title: 'Classes', file: 'classes.js', format: 'esm', transform: 'none' },
  { title: 'References', file: 'references.js', format: 'esm', transform: 'none' },
  { title: 'Values', file: 'values.js', format: 'esm', transform: 'none' },
  { title: 'Functions and scopes, odder', file: 'odd-scopes.js', format: 'esm', transform: 'none' },
  { title: 'Classes, odder', file: 'odd-classes.js', format: 'esm', transform: 'none' },
  { title: 'Values, odder', file: 'odd-values.js', format: 'esm', transform: 'none' },
  { title: 'The module around a function', file: 'module-context.js', format: 'esm', transform: 'none' },
  { title: 'CommonJS and sloppy mode', file: 'sloppy.js', format: 'commonjs', transform: 'none' },
  {
    title: 'Text from tools: esbuild with `keepNames`, as tsx does',
    file: 'transpiled.ts',
    format: 'esm',
    transform: 'keepNames',
  },
  { title: 'Text from tools: minified by esbuild', file: 'transpiled.ts', format: 'esm', transform: 'minify' },
  { title: 'Text from tools: esbuild for ES2020', file: 'transpiled.ts', format: 'esm', transform: 'es2020' },
  { title: 'Text from tools: TypeScript for ES2015', file: 'transpiled.ts', format: 'esm', transform: 'es2015' },
  { title: 'Text from tools: TypeScript for ES5', file: 'transpiled.ts', format: 'esm', transform: 'es5' },
  { title: 'What cannot travel', file: 'refused.js', format: 'esm', transform: 'none' },
]
