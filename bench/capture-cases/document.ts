/**
 * The outcomes as docs/CAPTURE-CASES.md.
 */
import type { Group } from './groups.ts'
import { peers, type Peer } from './peers.ts'
import type { ListedCase } from './programs/records.ts'
import type { Outcome, OutcomeKind } from './run.ts'

export interface GroupResult {
  readonly group: Group
  readonly cases: readonly ListedCase[]
  /** By the name of the peer, then by that of the case. */
  readonly outcomes: Map<string, ReadonlyMap<string, Outcome>>
}

const shown: Record<OutcomeKind, string> = { right: '✓', refused: 'refused', failed: 'error', wrong: '**wrong**' }

/** Gives results the outcomes of peers that were not run, as the document has them. @throws Error for a case that it does not have */
export function keepOthers(results: readonly GroupResult[], document: string): void {
  for (const { group, cases, outcomes } of results) {
    const [, section = ''] = document.split(`\n## ${group.title}\n`)
    const rows = section
      .split('\n## ', 1)[0]!
      .split('\n')
      .filter(line => line.startsWith('| '))
    const [head = [], ...others] = rows.map(cellsOf)
    const kept = new Map(others.map(([name = '', ...cells]) => [name, cells]))
    for (const peer of peers.filter(({ name }) => !outcomes.has(name))) {
      const column = head.indexOf(peer.shown) - 1
      outcomes.set(
        peer.name,
        new Map(
          cases.map(({ name }) => [
            name,
            { kind: kindOf(kept.get(name)?.[column], name), message: '', code: undefined },
          ]),
        ),
      )
    }
  }
}

function cellsOf(line: string): string[] {
  return line
    .slice(2, -2)
    .split(/(?<!\\)\|/)
    .map(cell => cell.trim().replaceAll('\\|', '|'))
}

function kindOf(cell: string | undefined, name: string): OutcomeKind {
  const kind = (Object.keys(shown) as OutcomeKind[]).find(each => shown[each] === cell)
  if (kind === undefined) throw new Error(`The document has no outcome of ${JSON.stringify(name)}: run all peers.`)
  return kind
}

export function documentOf(
  results: readonly GroupResult[],
  peers: readonly Peer[],
  versionOf: (dependency: string) => string,
): string {
  const count = results.reduce((sum, { cases }) => sum + cases.length, 0)
  const driven = peers.map(({ shown: name, dependency, driven: how }) => {
    return `- **${name}**${dependency ? ` ${versionOf(dependency)}` : ''}: ${how}`
  })
  return (
    [
      '# Hard cases of capture',
      `${count} values, most of them functions, each written in one process and revived and used in a fresh one that has none of the
sources (installed packages it has). Made by \`npm run bench -- capture-cases --write\` on Node ${process.versions.node}; the cases are in
\`bench/capture-cases/fixtures\`, each with a check that passes on the live value.`,
      [
        '- ✓: the revived value does what the live one does. In the last group: an error said that it cannot travel.',
        '- refused: an error while writing it.',
        '- error: an error while reviving or using it.',
        '- **wrong**: no error, and not what it was; or writing it changed the live value.',
      ].join('\n'),
      'How each was driven:',
      driven.join('\n'),
      ...results.flatMap(result => [`## ${result.group.title}`, groupTable(result, peers)]),
      '## Totals',
      totals(results, peers),
      '',
    ]
      .join('\n\n')
      .trimEnd() + '\n'
  )
}

function groupTable({ cases, outcomes }: GroupResult, peers: readonly Peer[]): string {
  const rows = cases.map(({ name }) => [name, ...peers.map(peer => shown[outcomes.get(peer.name)!.get(name)!.kind])])
  return table(['case', ...peers.map(peer => peer.shown)], rows)
}

function totals(results: readonly GroupResult[], peers: readonly Peer[]): string {
  const count = (peer: Peer, kind: OutcomeKind): number =>
    results.flatMap(({ outcomes }) => [...outcomes.get(peer.name)!.values()]).filter(found => found.kind === kind)
      .length
  const kinds = ['right', 'refused', 'failed', 'wrong'] as const
  return table(
    ['outcome', ...peers.map(peer => peer.shown)],
    kinds.map(kind => [shown[kind]].concat(peers.map(peer => String(count(peer, kind))))),
  )
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]): string => `| ${cells.map(cell => cell.replaceAll('|', '\\|')).join(' | ')} |`
  return [line(head), `|---${'|---'.repeat(head.length - 1)}|`, ...rows.map(line)].join('\n')
}
