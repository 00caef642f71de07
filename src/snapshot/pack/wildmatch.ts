/**
 * Git's glob language, exactly: a pattern and a text in, whether all of the text matches.
 *
 * After git's `wildmatch.c`. Both are strings of bytes (UTF-8 read as latin1), because git compares bytes: `?` is one of them.
 */

const match = 0
const noMatch = 1
/** No longer text can match either; or only one where a `**` takes more. */
const abortAll = 2
const abortToStarStar = 3

type Verdict = typeof match | typeof noMatch | typeof abortAll | typeof abortToStarStar

/** With `isPath`, a slash is only matched by itself and by `**`. */
export function wildmatch(pattern: string, text: string, isPath: boolean): boolean {
  return matchFrom(pattern, 0, text, 0, isPath) === match
}

/** Recursion is as deep as the pattern has stars. */
function matchFrom(pattern: string, start: number, text: string, from: number, isPath: boolean): Verdict {
  let at = from
  for (let p = start; p < pattern.length; p++, at++) {
    const wanted = pattern[p]
    const found = text[at]
    if (found === undefined && wanted !== '*') return abortAll
    if (wanted === '*') return matchStars(pattern, p, start, text, at, isPath)
    if (wanted === '?') {
      if (isPath && found === '/') return noMatch
    } else if (wanted === '[') {
      const set = readSet(pattern, p, found!)
      if (!set) return abortAll
      if (!set.isMatch || (isPath && found === '/')) return noMatch
      p = set.end
    } else {
      if (wanted === '\\') p++
      if (pattern[p] !== found) return noMatch
    }
  }
  return at < text.length ? noMatch : match
}

interface Stars {
  /** The position behind them. */
  readonly after: number
  readonly takesSlash: boolean
  /** They stand for whole directories: between slashes, or at an end. */
  readonly isWhole: boolean
}

function readStars(pattern: string, p: number, start: number, isPath: boolean): Stars {
  let after = p + 1
  while (pattern[after] === '*') after++
  if (!isPath) return { after, takesSlash: true, isWhole: false }
  const begins = p === start || pattern[p - 1] === '/'
  const ends = after === pattern.length || pattern[after] === '/' || pattern.startsWith('\\/', after)
  const isWhole = after > p + 1 && begins && ends
  return { after, takesSlash: isWhole, isWhole }
}

function matchStars(pattern: string, p: number, start: number, text: string, from: number, isPath: boolean): Verdict {
  const { after, takesSlash, isWhole } = readStars(pattern, p, start, isPath)
  if (isWhole && pattern[after] === '/' && matchFrom(pattern, after + 1, text, from, isPath) === match) return match
  if (after === pattern.length) return takesSlash || !text.includes('/', from) ? match : abortToStarStar
  if (!takesSlash && pattern[after] === '/') {
    // A star and a slash match the next directory.
    const slash = text.indexOf('/', from)
    return slash < 0 ? abortAll : matchFrom(pattern, after + 1, text, slash + 1, isPath)
  }
  for (let at = from; at < text.length; at++) {
    const verdict = matchFrom(pattern, after, text, at, isPath)
    if (verdict !== noMatch && (!takesSlash || verdict !== abortToStarStar)) return verdict
    if (verdict === noMatch && !takesSlash && text[at] === '/') return abortToStarStar
  }
  return abortAll
}

const classes: Readonly<Record<string, RegExp>> = {
  alnum: /[A-Za-z0-9]/,
  alpha: /[A-Za-z]/,
  blank: /[ \t]/,
  // oxlint-disable-next-line no-control-regex
  cntrl: /[\x00-\x1f\x7f]/,
  digit: /[0-9]/,
  graph: /[!-~]/,
  lower: /[a-z]/,
  print: /[ -~]/,
  punct: /[!-/:-@[-`{-~]/,
  space: /[ \t\n\v\f\r]/,
  upper: /[A-Z]/,
  xdigit: /[A-Fa-f0-9]/,
}

/** The set that begins at `p`; `end` is its bracket. undefined where it has none, or names an unknown class. */
function readSet(pattern: string, p: number, found: string): { isMatch: boolean; end: number } | undefined {
  let at = p + 1
  const isNegated = pattern[at] === '!' || pattern[at] === '^'
  if (isNegated) at++
  let isMatch = false
  let previous = ''
  for (let isFirst = true; isFirst || pattern[at] !== ']'; isFirst = false, at++) {
    let char = pattern[at]
    if (char === undefined) return undefined
    const following = pattern[at + 1]
    if (char === '\\') {
      char = pattern[++at]
      if (char === undefined) return undefined
      isMatch ||= found === char
    } else if (char === '-' && previous !== '' && following !== undefined && following !== ']') {
      if (following === '\\') at++
      const last = pattern[++at]
      if (last === undefined) return undefined
      isMatch ||= found <= last && found >= previous
      char = ''
    } else if (char === '[' && following === ':') {
      const close = pattern.indexOf(']', at + 2)
      if (close < 0) return undefined
      if (close > at + 2 && pattern[close - 1] === ':') {
        const known = classes[pattern.slice(at + 2, close - 1)]
        if (!known) return undefined
        isMatch ||= known.test(found)
        at = close
        char = ''
      } else isMatch ||= found === '['
    } else isMatch ||= found === char
    previous = char
  }
  return { isMatch: isMatch !== isNegated, end: at }
}
