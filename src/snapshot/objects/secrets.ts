/**
 * Files that never ship, whatever names or reaches them: what usually holds passwords, keys or tokens.
 *
 * Decided by name alone; nothing is opened. Templates such as `.env.example` are made to be shared and do ship.
 */

const secretNames: readonly RegExp[] = [
  /^\.env(?:\..+)?$/,
  /^\.envrc$/,
  /\.(?:pem|key|p12|pfx|jks|keystore|kdbx|ppk)$/,
  /^id_(?:rsa|dsa|ecdsa|ed25519)(?:_sk)?$/,
  /^\.(?:npmrc|netrc|pypirc|pgpass|htpasswd|git-credentials|dockercfg|vault-token)$/,
  /^_netrc$/,
  /^\.yarnrc\.yml$/,
]
const sharedTemplates = /^\.env\.(?:example|sample|template|dist|defaults|schema)$/
const secretDirectories: ReadonlySet<string> = new Set(['.ssh', '.aws', '.gnupg', '.azure', '.kube'])

/** True when `path` (relative, with `/`) names a secret or lies in a directory of secrets. */
export function isSecret(path: string): boolean {
  const segments = path.toLowerCase().split('/')
  const name = segments.pop() ?? ''
  if (segments.some(segment => secretDirectories.has(segment)) || secretDirectories.has(name)) return true
  return !sharedTemplates.test(name) && secretNames.some(pattern => pattern.test(name))
}
