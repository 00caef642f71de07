/**
 * What a suite of benchmarks is: programs that measure, and rows that set their figures side by side.
 *
 * A program runs in fresh processes and never beside another one. Whatever is compared is measured in the same round.
 */

/** What a program measured, by name: times in ms, sizes and amounts of memory in bytes. */
export type Figures = Readonly<Record<string, number>>

/** Measures once. Called in every round. */
export type Program = () => Promise<Figures>

/** A figure of ours beside the figure of a peer. */
export interface Row {
  readonly measured: string
  /** The name of the figure. */
  readonly ours: string
  /** Who the peer is and what it does. */
  readonly peer: string
  /** The name of the peer's figure. */
  readonly theirs: string
  /** What the two figures are; by default `ms`. */
  readonly unit?: 'ms' | 'bytes'
  /** The peer may be missing on a machine: the row then says so. */
  readonly isOptional?: boolean
  /** The names of the figures that say what each sends. */
  readonly sizes?: { readonly ours?: string; readonly theirs?: string }
}

export interface Suite {
  /** By which the command line and the document know it. */
  readonly name: string
  readonly programs: readonly Program[]
  readonly rows: readonly Row[]
  readonly rounds: number
}
