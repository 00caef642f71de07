/**
 * Help, made of the words that the commands have.
 */
import type { Command, OptionWords } from './command.ts'
import { commonOptions } from './parse.ts'

const exits = [
  ['0', 'done'],
  ['1', 'the function threw'],
  ['2', 'the command line means nothing'],
  ['3', 'it could not be done; the error has a code, see docs/ERRORS.md'],
  ['130', 'interrupted by Ctrl-C'],
  ['141', 'whoever read the output has gone'],
] as const

export function overview(commands: readonly Command[]): string {
  return lines([
    'Runs any function of your project somewhere else, with the code that it needs, as it is on disk right now.',
    '',
    'Usage: modulepickle COMMAND …',
    '',
    ...table(commands.map(({ name, summary }) => [name, summary])),
    '',
    'modulepickle COMMAND --help tells more, with examples. modulepickle --version has the version.',
    '',
    'Exit codes:',
    ...table(exits),
  ])
}

export function helpOf({ name, usage, summary, details, options, examples }: Command): string {
  const all = Object.entries({ ...options, ...commonOptions })
  return lines([
    summary,
    '',
    `Usage: modulepickle ${name} ${usage}`,
    ...details.flatMap(paragraph => ['', ...wrap(paragraph)]),
    '',
    'Options:',
    ...table(all.map(([option, words]) => [optionForm(option, words), words.what])),
    '',
    'Examples:',
    ...examples.flatMap(([line, what]) => [`  # ${what}`, `  modulepickle ${line}`]),
  ])
}

function optionForm(name: string, { value, short }: OptionWords): string {
  const long = value === undefined ? `--${name}` : `--${name} ${value}`
  return short === undefined ? long : `-${short}, ${long}`
}

function table(rows: readonly (readonly [string, string])[]): string[] {
  const width = Math.max(...rows.map(([left]) => left.length)) + 2
  return rows.map(([left, right]) => `  ${left.padEnd(width)}${right}`)
}

const lineWidth = 100

function wrap(text: string): string[] {
  const wrapped: string[] = []
  for (const word of text.split(' ')) {
    const last = wrapped.at(-1)
    if (last !== undefined && last.length + word.length < lineWidth) wrapped[wrapped.length - 1] = `${last} ${word}`
    else wrapped.push(word)
  }
  return wrapped
}

function lines(all: readonly string[]): string {
  return `${all.join('\n')}\n`
}
