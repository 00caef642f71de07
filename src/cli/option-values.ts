/**
 * Values of options that several commands have, as what they mean.
 */
import { UsageError } from './command.ts'

/** `NAME=VALUE`, or `NAME` for what is set here; undefined where there is none. */
export function environment(settings: readonly string[]): Readonly<Record<string, string>> | undefined {
  if (settings.length === 0) return undefined
  return Object.fromEntries(
    settings.map(setting => {
      const [, name = setting, value = process.env[name]] = /^([^=]+)=(.*)$/s.exec(setting) ?? []
      if (value === undefined) throw new UsageError(`--env ${name}: ${name} is not set here. Write ${name}=VALUE.`)
      return [name, value]
    }),
  )
}

/** Of `--timeout`. */
export function milliseconds(text: string | undefined): number | undefined {
  if (text === undefined) return undefined
  const timeoutMs = Number(text)
  if (text !== '' && timeoutMs >= 0) return timeoutMs
  throw new UsageError(`--timeout has to be a number of milliseconds, and is ${JSON.stringify(text)}.`)
}
