/**
 * What the result of compiling and parsing depends on besides the file: the tools, and this package's own code around them.
 */
import { hash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import path from 'node:path'
import { fileURLToPath } from 'node:url'

const load = createRequire(import.meta.url)
/** module-text.ts and what it imports, and what writes and reads the result. */
export const ownFiles: readonly string[] = [
  'cloudpickle/source/compiled-modules',
  'cloudpickle/source/literal-parts',
  'cloudpickle/source/module-requests',
  'cloudpickle/source/module-root',
  'cloudpickle/source/parse',
  'cloudpickle/source/patterns',
  'cloudpickle/source/private-access',
  'cloudpickle/source/read-module',
  'snapshot/objects/description',
  'snapshot/objects/package-graph',
  'snapshot/objects/package-label',
  'snapshot/objects/strong-components',
  'snapshot/pack/compile',
  'snapshot/pack/module-kind',
  'snapshot/pack/module-text',
  'snapshot/pack/module-text-record',
  'snapshot/pack/output-path',
  'snapshot/pack/skim',
  'snapshot/pack/word-reader',
]

let known: string | undefined

export function toolsFingerprint(): string {
  return (known ??= hash('sha256', JSON.stringify([versions(), ownTexts()])))
}

function versions(): string[] {
  return ['acorn', 'esbuild', 'oxc-transform'].map(
    name => (load(`${name}/package.json`) as { version: string }).version,
  )
}

/** The build puts a hash of the files here. */
declare const toolsHash: string | undefined

function ownTexts(): readonly string[] {
  if (typeof toolsHash === 'string') return [toolsHash]
  const self = fileURLToPath(import.meta.url)
  return ownFiles.map(name =>
    readFileSync(path.resolve(path.dirname(self), '../..', name + path.extname(self)), 'utf8'),
  )
}
