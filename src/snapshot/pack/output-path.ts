/**
 * Where the compiled form of a source file stands: beside it, with the extension that Node runs.
 */
import { sourcesPath } from '../objects/description.ts'

const outputExtension: Readonly<Record<string, string>> = {
  '.ts': '.js',
  '.tsx': '.js',
  '.jsx': '.js',
  '.mts': '.mjs',
  '.cts': '.cjs',
}

/** True for a file that is compiled when packed. Declarations (`.d.ts`) are not. */
export function isCompiled(path: string): boolean {
  return extensionOf(path) in outputExtension && !/\.d\.(?:[^./]+\.)?[cm]?ts$/.test(path)
}

/** True for a file whose text is read as JavaScript once it is compiled, if it is. */
export function isModuleText(path: string): boolean {
  return isCompiled(path) || ['.js', '.mjs', '.cjs'].includes(extensionOf(path))
}

/** The path of a source file in the snapshot; its own, unless it is compiled. */
export function outputPath(path: string): string {
  if (!isCompiled(path)) return path
  const extension = extensionOf(path)
  return path.slice(0, path.length - extension.length) + (outputExtension[extension] ?? extension)
}

/** Where the source of a compiled file is kept for stack traces. */
export function sourcePath(path: string): string {
  return `${sourcesPath}/${path}`
}

function extensionOf(path: string): string {
  return /\.[^./\\]+$/.exec(path)?.[0] ?? ''
}
