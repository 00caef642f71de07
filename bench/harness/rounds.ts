/**
 * Runs a suite: all programs in turn, in several rounds, so that a slow spell of the machine falls on all of them.
 *
 * Input: a suite. Output: for each row the medians, and the median of the ratios within the rounds.
 */
import type { Figures, Row, Suite } from './suite.ts'

export interface Range {
  readonly median: number
  readonly lowest: number
  readonly highest: number
}

/** A row whose peer is not on this machine. */
export interface Skipped {
  readonly row: Row
  readonly skipped: true
}

export interface Result {
  readonly row: Row
  readonly skipped: false
  readonly ours: Range
  readonly theirs: Range
  /** Ours divided by theirs. */
  readonly ratio: Range
  readonly oursBytes: number | undefined
  readonly theirsBytes: number | undefined
}

/** @param onRound told before each round, which counts from 1 */
export async function runSuite(suite: Suite, onRound: (round: number) => void): Promise<(Result | Skipped)[]> {
  const rounds: Figures[] = []
  for (let round = 1; round <= suite.rounds; round += 1) {
    onRound(round)
    rounds.push(await runRound(suite, round))
  }
  return suite.rows.map(row => compare(row, rounds))
}

/** Every other round goes backwards: A B, B A, A B … */
async function runRound({ programs }: Suite, round: number): Promise<Figures> {
  const figures: Record<string, number> = {}
  for (const program of round % 2 === 0 ? programs.toReversed() : programs) {
    for (const [name, value] of Object.entries(await program())) {
      if (name in figures) throw new Error(`Two programs of one suite measure ${name}.`)
      figures[name] = value
    }
  }
  return figures
}

function compare(row: Row, rounds: readonly Figures[]): Result | Skipped {
  if (row.isOptional && rounds.some(figures => !(row.theirs in figures))) return { row, skipped: true }
  const ours = rounds.map(figures => figureOf(figures, row.ours))
  const theirs = rounds.map(figures => figureOf(figures, row.theirs))
  const size = (name: string | undefined): number | undefined =>
    name === undefined ? undefined : range(rounds.map(figures => figureOf(figures, name))).median
  return {
    row,
    skipped: false,
    ours: range(ours),
    theirs: range(theirs),
    ratio: range(ours.map((value, index) => value / theirs[index]!)),
    oursBytes: size(row.sizes?.ours),
    theirsBytes: size(row.sizes?.theirs),
  }
}

function figureOf(figures: Figures, name: string): number {
  const value = figures[name]
  if (value === undefined) throw new Error(`No program measured ${name}; there are ${Object.keys(figures).join(', ')}.`)
  return value
}

export function range(values: readonly number[]): Range {
  const sorted = values.toSorted((a, b) => a - b)
  const middle = sorted.length >> 1
  const median = sorted.length % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2
  return { median, lowest: sorted[0]!, highest: sorted.at(-1)! }
}
