/** TypeScript modules of fixtures as plain JavaScript, for senders that take nothing else. */
import { transformSync } from 'esbuild'

/** Without types, and with `.js` where it imports `.ts`. */
export function plainJavaScript(text: string, format: 'esm' | 'cjs' = 'esm'): string {
  return transformSync(text, {
    loader: 'ts',
    format,
    supported: { 'dynamic-import': format === 'esm' },
  }).code.replaceAll(/\.ts(["'])/g, '.js$1')
}
