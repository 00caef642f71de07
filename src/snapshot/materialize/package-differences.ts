/**
 * What is different between packages that are needed and those that are here, for a reader: a table, with what to do.
 */
import path from 'node:path'
import { ModulePickleError } from '../../errors.ts'
import type { PackageGraph } from '../objects/package-graph.ts'
import { packageLabel, parsePackageLabel } from '../objects/package-label.ts'
import type { PackageNeed } from '../objects/snapshot.ts'
import type { DescribedPackages } from '../packages/installed-packages.ts'
import type { PackageLookup } from './package-candidates.ts'

/** One row. `where` is empty for what is nowhere. */
export interface Difference {
  readonly name: string
  readonly needed: string
  readonly found: string
  readonly where: string
}

const maximumRows = 20

/**
 * Why what lies in `directory` is not the package `wanted`, although it has the same name and version: the first packages, from
 * there on, that differ by themselves.
 */
export function explainContent(
  wanted: string,
  graph: PackageGraph,
  directory: string,
  own: DescribedPackages,
): Difference[] {
  const rows: Difference[] = []
  const open: [wanted: string, own: string][] = [[wanted, own.labels.get(directory)!]]
  const seen = new Set<string>()
  for (const [wantedLabel, ownLabel] of open) {
    if (wantedLabel === ownLabel || seen.has(`${wantedLabel} ${ownLabel}`)) continue
    seen.add(`${wantedLabel} ${ownLabel}`)
    const [theirs, ours] = [graph[wantedLabel]!, own.graph[ownLabel]!]
    const { name, version } = parsePackageLabel(wantedLabel)!
    const where = own.directories.get(ownLabel) ?? ''
    if (theirs.files !== ours.files) rows.push({ name, needed: version, found: `${version}, other files`, where })
    else if (theirs.native !== ours.native)
      rows.push({ name, needed: version, found: `${version}, not built alike`, where })
    for (const alias of Object.keys({ ...theirs.dependencies, ...ours.dependencies }).sort()) {
      const [needed, found] = [theirs.dependencies[alias], ours.dependencies[alias]]
      if (needed === undefined || found === undefined || identityOf(needed) !== identityOf(found)) {
        const place = found === undefined ? where : (own.directories.get(found) ?? '')
        rows.push({ name: `${alias} (for ${name})`, needed: shown(needed), found: shown(found), where: place })
      } else open.push([needed, found])
    }
  }
  return rows
}

function identityOf(label: string): string {
  const { name, version } = parsePackageLabel(label)!
  return packageLabel({ name, version })
}

function shown(label: string | undefined): string {
  return label === undefined ? 'none' : identityOf(label).replace(/^.*@/s, '')
}

export function nothingFound({ name, version }: PackageNeed, { directories }: PackageLookup): Difference {
  const where = directories.map(directory => path.join(directory, 'node_modules')).join(', ')
  return { name, needed: version, found: 'none', where }
}

/** The error for `needs` that cannot be served. */
export function mismatch(needs: readonly PackageNeed[], differences: readonly Difference[]): ModulePickleError {
  const rows = differences.slice(0, maximumRows).map(({ name, needed, found, where }) => [name, needed, found, where])
  const more = differences.length - rows.length
  const table = formatTable([['package', 'needed', 'found', 'where'], ...rows])
  const installs = needs.map(({ name, version }) => packageLabel({ name, version })).join(' ')
  return new ModulePickleError(
    'ERR_PACKAGE_MISMATCH',
    `The shipped code needs installed packages that are not here in the same version with the same content. Nothing of it was run.\n\n${table}${more > 0 ? `\n  … and ${more} more` : ''}\n\nInstall them (npm install ${installs}), name the directory that has them in \`packages\`, or take them along: dumps(value, { packages: 'include' }).`,
  )
}

function formatTable(rows: readonly (readonly string[])[]): string {
  const widths = rows[0]?.map((_, column) => Math.max(...rows.map(row => row[column]?.length ?? 0))) ?? []
  return rows
    .map(row => `  ${row.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join('  ')}`.trimEnd())
    .join('\n')
}
