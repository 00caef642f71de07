/**
 * A command line into the words of its command. What the command does not know is refused, with what was probably meant.
 */
import { parseArgs } from 'node:util'
import { UsageError, type Command, type Input, type OptionWords } from './command.ts'
import { suggestion } from './suggest.ts'

/** Options that every command has. */
export const commonOptions: Readonly<Record<string, OptionWords>> = {
  verbose: { what: 'stack traces, also for errors of modulepickle itself' },
  help: { short: 'h', what: 'this text' },
}

/** @throws UsageError */
export function parse({ options }: Command, args: readonly string[]): Input {
  const known: Readonly<Record<string, OptionWords>> = { ...options, ...commonOptions }
  const { tokens } = parseArgs({ args: [...args], options: toConfig(known), strict: false, tokens: true })
  const words: string[] = []
  const found = new Map<string, string[]>()
  let rest: string[] | undefined
  for (const token of tokens) {
    if (token.kind === 'option-terminator') rest = []
    else if (token.kind === 'positional') (rest ?? words).push(token.value)
    else {
      const value = valueOf(token, known)
      found.set(token.name, [...(found.get(token.name) ?? []), value])
    }
  }
  return {
    words,
    rest,
    has: flag => found.has(flag),
    value: option => found.get(option)?.at(-1),
    values: option => found.get(option) ?? [],
  }
}

/** @throws UsageError unless there are as many words as `names` */
export function takeWords(input: Input, names: readonly string[]): readonly string[] {
  const missing = names[input.words.length]
  if (missing !== undefined) throw new UsageError(`${missing} is missing.`)
  const [extra] = input.words.slice(names.length)
  if (extra === undefined) return input.words
  throw new UsageError(
    `${JSON.stringify(extra)} is one word too many. What the function is given stands behind \`--\`.`,
  )
}

type OptionToken = Readonly<{ name: string; rawName: string; value: string | undefined }>

function valueOf(token: OptionToken, known: Readonly<Record<string, OptionWords>>): string {
  const { name, rawName, value } = token
  const option = Object.hasOwn(known, name) ? known[name] : undefined
  if (!option) {
    const meant = suggestion(
      rawName,
      Object.keys(known).map(each => `--${each}`),
    )
    throw new UsageError(`There is no option ${rawName}.${meant}`)
  }
  if (option.value === undefined && value !== undefined) throw new UsageError(`${rawName} takes no value.`)
  if (option.value !== undefined && value === undefined)
    throw new UsageError(`${rawName} needs a value: ${option.value}.`)
  return value ?? ''
}

interface ParseConfig {
  type: 'string' | 'boolean'
  short?: string
}

function toConfig(options: Readonly<Record<string, OptionWords>>): Record<string, ParseConfig> {
  const entries = Object.entries(options).map(([name, { value, short }]): [string, ParseConfig] => [
    name,
    { type: value === undefined ? 'boolean' : 'string', ...(short !== undefined && { short }) },
  ])
  return Object.fromEntries(entries)
}
