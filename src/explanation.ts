/**
 * What explain() tells: as data, and as text for a terminal.
 */
import type { FunctionTravel } from './cloudpickle/index.ts'
import type { SnapshotContents } from './snapshot/pack/snapshot-contents.ts'

export interface Explanation {
  /** Of the pickle without the snapshots; undefined where a file was asked about. */
  readonly valueBytes: number | undefined
  readonly functions: readonly FunctionTravel[]
  /** One for each project that code is from. */
  readonly snapshots: readonly SnapshotContents[]
}

const maximumLeftOut = 40

export function renderExplanation({ valueBytes, functions, snapshots }: Explanation): string {
  const lines: string[] = []
  if (valueBytes !== undefined) lines.push(`The value: ${formatSize(valueBytes)}`)
  if (functions.length > 0) lines.push('', 'Functions:')
  for (const { name, place, travels, why } of functions) {
    lines.push(`  ${name}  ${travels}: ${why}`, ...(place === undefined ? [] : [`    ${place}`]))
  }
  for (const snapshot of snapshots) lines.push('', ...renderSnapshot(snapshot))
  return `${lines.join('\n').trim()}\n`
}

function renderSnapshot({
  id,
  root,
  files,
  sizeBytes,
  packages,
  installed,
  largest,
  leftOut,
}: SnapshotContents): string[] {
  const lines = [`Snapshot ${id.slice(0, 12)} of ${root}: ${files} files, ${formatSize(sizeBytes)}`, '  Packages:']
  for (const { name, directory, files: count, sizeBytes: bytes, chain } of packages) {
    lines.push(
      `    ${name ?? '(without a name)'} in ${directory}: ${count} files, ${formatSize(bytes)}`,
      ...arrows(chain),
    )
  }
  if (installed.length > 0) lines.push('  Installed packages:')
  for (const { name, version, chain } of installed) lines.push(`    ${name}@${version}`, ...arrows(chain))
  lines.push(
    '  Largest files:',
    ...largest.map(({ path, sizeBytes: bytes }) => `    ${formatSize(bytes).padStart(10)}  ${path}`),
  )
  if (leftOut.length > 0) lines.push('  Left out:')
  for (const { path, rule } of leftOut.slice(0, maximumLeftOut)) lines.push(`    ${path}  (${rule})`)
  if (leftOut.length > maximumLeftOut) lines.push(`    and ${leftOut.length - maximumLeftOut} more`)
  return lines
}

function arrows(chain: readonly string[]): string[] {
  return chain.length === 0 ? [] : [`      ${chain.join(' → ')}`]
}

function formatSize(sizeBytes: number): string {
  return sizeBytes < 100_000 ? `${sizeBytes} bytes` : `${(sizeBytes / 1e6).toFixed(1)} MB`
}
