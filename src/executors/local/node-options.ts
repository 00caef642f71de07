/**
 * NODE_OPTIONS for a worker: the sender's, without what would load the sender's files or debug the sender's ports.
 */

/** Options that take effect by loading a file or opening a port. */
const hooks =
  /^(?:--import|--require|-r|--loader|--experimental-loader|--inspect(?:-brk|-port|-wait)?|--debug-port|--env-file(?:-if-exists)?)(?:=|$)/
const withoutValue = /^--inspect(?:-brk|-wait)?$/

/** `undefined` when nothing is left. */
export function withoutHooks(nodeOptions: string): string | undefined {
  const kept: string[] = []
  const words = splitOptions(nodeOptions)
  for (let index = 0; index < words.length; index++) {
    const word = words[index] as string
    if (!hooks.test(word)) kept.push(word)
    else if (!word.includes('=') && !withoutValue.test(word)) index++
  }
  return kept.length === 0 ? undefined : kept.map(quote).join(' ')
}

/** As Node splits them: at spaces, except in double quotes, where a backslash takes the next character as it is. */
function splitOptions(nodeOptions: string): string[] {
  const words: string[] = []
  let word: string | undefined
  let isQuoted = false
  for (let index = 0; index < nodeOptions.length; index++) {
    let character = nodeOptions.charAt(index)
    if (character === '"') {
      isQuoted = !isQuoted
      word ??= ''
      continue
    }
    if (character === ' ' && !isQuoted) {
      if (word !== undefined) words.push(word)
      word = undefined
      continue
    }
    if (character === '\\' && isQuoted) character = nodeOptions.charAt(++index)
    word = (word ?? '') + character
  }
  return word === undefined ? words : [...words, word]
}

function quote(word: string): string {
  return /[ "\\]/.test(word) ? `"${word.replaceAll(/["\\]/g, '\\$&')}"` : word
}
