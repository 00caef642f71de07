/**
 * Values as Python's `repr` prints them, for listings that can be compared with pickletools' own.
 */

export function reprString(text: string): string {
  return quoted([...text].map(reprCharacter), text.includes("'") && !text.includes('"'))
}

/** As `reprBytes` in `bytearray(…)`, whose repr escapes the single quote even between double ones. */
export function reprBytearray(bytes: Uint8Array): string {
  const text = reprBytes(bytes)
  return `bytearray(${text.startsWith('b"') ? text.replaceAll("'", "\\'") : text})`
}

export function reprBytes(bytes: Uint8Array): string {
  const characters = Array.from(bytes, byte => {
    const known = reprEscapes[String.fromCharCode(byte)]
    if (known !== undefined) return known
    return byte < 0x20 || byte > 0x7e ? `\\x${hex(byte, 2)}` : String.fromCharCode(byte)
  })
  return `b${quoted(characters, bytes.includes(0x27) && !bytes.includes(0x22))}`
}

/** Shortest digits that read back as the same number; an exponent below 1e-4 and from 1e16. */
export function reprFloat(value: number): string {
  if (Number.isNaN(value)) return 'nan'
  if (!Number.isFinite(value)) return value < 0 ? '-inf' : 'inf'
  if (Object.is(value, -0)) return '-0.0'
  const [digits = '0', exponentText = '0'] = value.toExponential().split('e')
  const exponent = Number(exponentText)
  if (exponent >= -4 && exponent < 16) {
    const fixed =
      exponent < 0 ? value.toFixed(-exponent + Math.max(digits.replace('-', '').length - 2, 0)) : String(value)
    return fixed.includes('.') ? fixed : `${fixed}.0`
  }
  return `${digits}e${exponent < 0 ? '-' : '+'}${String(Math.abs(exponent)).padStart(2, '0')}`
}

const reprEscapes: Readonly<Record<string, string>> = { '\\': '\\\\', '\n': '\\n', '\r': '\\r', '\t': '\\t' }

function quoted(characters: readonly string[], double: boolean): string {
  if (double) return `"${characters.join('')}"`
  return `'${characters.map(character => (character === "'" ? "\\'" : character)).join('')}'`
}

function reprCharacter(character: string): string {
  const known = reprEscapes[character]
  if (known !== undefined) return known
  if (character === ' ' || !/^[\p{C}\p{Z}]$/u.test(character)) return character
  const code = character.codePointAt(0) as number
  if (code < 0x100) return `\\x${hex(code, 2)}`
  return code < 0x10000 ? `\\u${hex(code, 4)}` : `\\U${hex(code, 8)}`
}

function hex(value: number, width: number): string {
  return value.toString(16).padStart(width, '0')
}
