/**
 * Strings that are the value of an environment variable whose name looks like that of a secret: they are about to leave this
 * process inside a pickle, where nobody expects them.
 */
import { warnOnce } from '../warnings.ts'

const secretName = /(TOKEN|SECRET|PASSWORD|PASSWD|PASSPHRASE|CREDENTIAL|API_?KEY|(^|_)KEY)S?(_|$)/i

/** Shorter values could be anything. */
const leastCharacters = 8

/** The environment is looked at again after so long. */
const freshMs = 200

let known: { readonly names: ReadonlyMap<string, string>; readonly atMs: number } | undefined

/** The names of secrets by their values. */
function secrets(): ReadonlyMap<string, string> {
  const now = performance.now()
  if (known && now - known.atMs < freshMs) return known.names
  const names = new Map<string, string>()
  for (const name of Object.keys(process.env)) {
    const value = secretName.test(name) ? process.env[name] : undefined
    if (value !== undefined && value.length >= leastCharacters) names.set(value, name)
  }
  known = { names, atMs: now }
  return names
}

/** Looks at the strings of one pickle. */
export class SecretWatch {
  #secrets: ReadonlyMap<string, string> | undefined

  look(text: string, path: () => string): void {
    if (text.length < leastCharacters) return
    this.#secrets ??= secrets()
    const name = this.#secrets.size > 0 ? this.#secrets.get(text) : undefined
    if (name === undefined) return
    warnOnce(
      'WARN_SECRET_CAPTURED',
      `The pickle holds the value of the environment variable ${name}, at ${path()}. ` +
        `Read process.env.${name} on the other end instead, where it has to be set.`,
    )
  }
}
