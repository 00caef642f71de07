/**
 * How the demo looks: headings, code, a progress bar and tables, on a terminal or in a log file.
 * It knows nothing of what it shows.
 */
import { styleText } from 'node:util'

type Style = Parameters<typeof styleText>[0]

const terminal = process.stdout.isTTY === true
const coloured = terminal && !process.env['NO_COLOR']
const barWidth = 30

export function print(text = ''): void {
  process.stdout.write(`${text}\n`)
}

export function heading(text: string): void {
  print(`\n${styled('bold', text)}\n`)
}

/** Lines set off from the text around them; `style` picks the look of each. */
export function block(lines: readonly string[], style: (line: string) => Style = () => 'cyan'): void {
  for (const line of lines) print(`    ${line === '' ? '' : styled(style(line), line)}`.trimEnd())
}

/** One line that fills up on a terminal; in a log, a line at each quarter. */
export function progress(done: number, total: number, label: string): void {
  if (terminal) {
    const filled = Math.round((done / total) * barWidth)
    const bar = styled('green', '█'.repeat(filled)) + '░'.repeat(barWidth - filled)
    process.stdout.write(`\r    ${bar} ${done}/${total} ${label}${done === total ? '\n' : ''}`)
  } else if (Math.floor((done * 4) / total) > Math.floor(((done - 1) * 4) / total)) {
    print(`    ${done}/${total} ${label}`)
  }
}

/** Columns as wide as they need to be: the first to the left, numbers to the right. */
export function table(head: readonly string[], rows: readonly (readonly string[])[], marked?: number): void {
  const widths = head.map((title, column) => Math.max(title.length, ...rows.map(row => row[column]?.length ?? 0)))
  const line = (cells: readonly string[]) =>
    cells.map((cell, column) => pad(cell, widths[column] ?? 0, column === 0)).join('   ')
  print(`    ${styled('dim', line(head))}`)
  for (const [index, row] of rows.entries()) {
    print(`    ${index === marked ? styled(['bold', 'green'], `${line(row)}  ◀ best`) : line(row)}`)
  }
}

function pad(cell: string, width: number, left: boolean): string {
  return left ? cell.padEnd(width) : cell.padStart(width)
}

function styled(style: Style, text: string): string {
  return coloured ? styleText(style, text, { validateStream: false }) : text
}
