/**
 * The demo's command line.
 * Input: arguments. Output: what to do, or the message for somebody who typed something else.
 */
import { parseArgs } from 'node:util'

export const usage = `usage: npm run demo [-- --on TARGET]

Cross-validates a spam filter over 6,046 real e-mails on parallel workers, then changes the filter while they run.

  --on TARGET   where the workers are, as connect() takes it; by default local:, this machine
  --help        this text`

export type Options = { readonly help: true } | { readonly help: false; readonly target: string | undefined }

/** Throws a TypeError whose message names the argument that it does not know. */
export function readOptions(args: readonly string[]): Options {
  const { values } = parseArgs({
    args: [...args],
    options: { on: { type: 'string' }, help: { type: 'boolean', short: 'h' } },
  })
  if (values.help) return { help: true }
  if (values.on === '') throw new TypeError("Option '--on' needs a target, such as --on local:")
  return { help: false, target: values.on }
}
