/** TypeScript modules of fixtures as plain JavaScript, for senders that take nothing else. */
import { transformSync } from 'esbuild'

/** The text of an ES module, which imports `.js` where it imported `.ts`. */
export function plainJavaScript(text: string): string {
  return transformSync(text, { loader: 'ts', format: 'esm' }).code.replaceAll(/\.ts(["'])/g, '.js$1')
}
