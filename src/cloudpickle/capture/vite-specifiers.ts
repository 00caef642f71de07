/**
 * Specifiers as vite has rewritten them (`/lib.ts`, `/@fs/home/me/lib.ts`), back in the terms of Node.
 *
 * Input: a specifier of a module that vite runs. Output: what the other end can resolve from the same file. Loads nothing.
 */
import { existsSync } from 'node:fs'
import path from 'node:path'
import { installedFile, isInNodeModules } from '../source/installed-package.ts'
import { resolveModule } from '../source/resolve.ts'

interface VitestGlobals {
  readonly __vitest_worker__?: { readonly config?: { readonly root?: unknown } }
}

/** undefined where it cannot be told: vite's virtual modules, and its root directory outside of vitest. */
export function nodeSpecifier(specifier: string, fromFile: string): string | undefined {
  if (!specifier.startsWith('/')) return specifier
  const file = fileOf(specifier.replace(/[?#].*$/, ''))
  if (file === undefined || !existsSync(file)) return undefined
  if (isInNodeModules(file)) return packageSpecifier(file, fromFile)
  const relative = path.relative(path.dirname(fromFile), file).replaceAll(path.sep, '/')
  return relative.startsWith('../') ? relative : `./${relative}`
}

function fileOf(specifier: string): string | undefined {
  if (specifier.startsWith('/@fs/')) return specifier.slice('/@fs'.length)
  if (specifier.startsWith('/@')) return undefined
  const root = (globalThis as VitestGlobals).__vitest_worker__?.config?.root
  return typeof root === 'string' ? path.join(root, specifier) : undefined
}

/** The name of the package, or of the file in it, if that leads to this very file. */
function packageSpecifier(file: string, fromFile: string): string | undefined {
  const installed = installedFile(file)
  if (installed === undefined) return undefined
  return [installed.name, `${installed.name}/${installed.file}`].find(specifier => {
    const resolution = resolveModule(specifier, fromFile, 'import')
    return resolution?.kind === 'file' && resolution.file === file
  })
}
