/**
 * Which names a file of a snapshot can have: those that mean the same file, and only that, on every system it may come to.
 *
 * Whoever packs refuses the others, and so does whoever receives: there a name could lead out of the directory, be a device, or
 * be another file's.
 */

/** Devices of Windows, whatever their extension. */
const device = /^(?:con|prn|aux|nul|com[1-9¹²³]|lpt[1-9¹²³]|conin\$|conout\$)(?:\.|$)/i
// oxlint-disable-next-line no-control-regex
const forbidden = /[\u0000-\u001f<>:"/\\|?*\ufffd]/

/** Why no file can have that name; undefined where it can. */
export function faultOfName(name: string): string | undefined {
  if (name === '' || name === '.' || name === '..') return 'it is a place, not a name'
  if (/^(?:\.git|git~1)$/i.test(name)) return 'git keeps that name for itself'
  if (Buffer.from(name).toString() !== name) return 'it is not valid Unicode'
  if (forbidden.test(name)) return 'it holds a character that file names on some systems cannot have'
  if (/[. ]$/.test(name)) return 'Windows drops the dot or space at its end'
  return device.test(name) ? 'it is a device on Windows' : undefined
}

/** Names of one key are one file on systems that do not tell case, or forms of one character, apart. */
export function foldName(name: string): string {
  return name.normalize('NFC').toLowerCase().normalize('NFC')
}
