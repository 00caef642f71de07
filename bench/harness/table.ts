/**
 * Results as a Markdown table: for the terminal, and for the document.
 */
import type { Range, Result, Skipped } from './rounds.ts'
import type { Row } from './suite.ts'

const head = ['measured', 'modulepickle', 'peer', 'its figure', 'ratio (lowest–highest)', 'bytes', 'its bytes']

export function tableOf(results: readonly (Result | Skipped)[]): string {
  const rows = results.map(result => (result.skipped ? skippedCells(result) : cellsOf(result)))
  const widths = head.map((title, column) =>
    Math.max(...[title, ...rows.map(row => row[column]!)].map(text => text.length)),
  )
  const line = (cells: readonly string[]): string =>
    `| ${cells.map((cell, column) => cell.padEnd(widths[column]!)).join(' | ')} |`
  const rule = `|${widths.map(width => '-'.repeat(width + 2)).join('|')}|`
  return [line(head), rule, ...rows.map(line)].join('\n')
}

function cellsOf({ row, ours, theirs, ratio, oursBytes, theirsBytes }: Result): string[] {
  return [
    row.measured,
    formatAmount(ours.median, row),
    row.peer,
    formatAmount(theirs.median, row),
    formatRatio(ratio),
    formatBytes(oursBytes),
    formatBytes(theirsBytes),
  ]
}

function skippedCells({ row }: Skipped): string[] {
  return [row.measured, '', row.peer, 'not on this machine', '', '', '']
}

function formatAmount(amount: number, { unit = 'ms' }: Row): string {
  return unit === 'ms' ? formatTime(amount) : `${significant(amount / 1e6)} MB`
}

/** Three significant digits: more would be noise. */
function formatTime(timeMs: number): string {
  return timeMs < 0.1 ? `${significant(timeMs * 1000)} µs` : `${significant(timeMs)} ms`
}

function formatRatio({ median, lowest, highest }: Range): string {
  return `${significant(median, 2)} (${significant(lowest, 2)}–${significant(highest, 2)})`
}

function formatBytes(sizeBytes: number | undefined): string {
  return sizeBytes === undefined ? '' : Math.round(sizeBytes).toLocaleString('en')
}

function significant(value: number, digits = 3): string {
  return value >= 10 ** (digits - 1)
    ? Math.round(value).toLocaleString('en')
    : String(Number(value.toPrecision(digits)))
}
