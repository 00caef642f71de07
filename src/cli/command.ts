/**
 * What a command of the command line is: its words, for parsing and for help, and what it does.
 */
import type { ExitCode } from './exit-codes.ts'
import type { Terminal } from './terminal.ts'

export interface OptionWords {
  /** What stands for the value in help; without it, the option is a flag. */
  readonly value?: string
  /** One letter, for `-o`. */
  readonly short?: string
  readonly what: string
}

/** A command line, taken apart. */
export interface Input {
  /** What is no option. */
  readonly words: readonly string[]
  /** What follows `--`; undefined where there is none. */
  readonly rest: readonly string[] | undefined
  has(flag: string): boolean
  /** The value of an option. Given several times, the last counts. */
  value(option: string): string | undefined
  values(option: string): readonly string[]
}

export interface Command {
  readonly name: string
  /** How it is used, behind its name. */
  readonly usage: string
  readonly summary: string
  /** Paragraphs below the usage. */
  readonly details: readonly string[]
  readonly options: Readonly<Record<string, OptionWords>>
  /** Command lines without `modulepickle` in front, and what each does. */
  readonly examples: readonly (readonly [line: string, what: string])[]
  /** Imports what it needs when it is run: help and mistakes load no more than words. */
  run(input: Input, terminal: Terminal): Promise<ExitCode>
}

/** A command line that means nothing. The message says what would. */
export class UsageError extends Error {}
