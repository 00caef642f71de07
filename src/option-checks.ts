/**
 * Checks of what callers hand over as options: a name or a value that means nothing is refused at once, with those that do.
 *
 * A slip that went unnoticed would cost hours: the default it leaves in place works, only differently.
 */

/** @throws TypeError unless `options` is an object that has no other names than `known` */
export function checkNames(of: string, options: unknown, known: readonly string[]): void {
  if (typeof options !== 'object' || options === null) {
    throw new TypeError(`The options of ${of} have to be an object, and are ${shown(options)}.`)
  }
  const unknown = Object.keys(options).filter(name => !known.includes(name))
  if (unknown.length === 0) return
  throw new TypeError(`${of} has no option ${unknown.join(', ')}. It has ${known.join(', ')}.`)
}

/** @throws RangeError unless `value` is among `choices` */
export function checkChoice(name: string, value: unknown, choices: readonly unknown[]): void {
  if (choices.includes(value)) return
  throw new RangeError(`${name} has to be ${choices.map(shown).join(' or ')}, and is ${shown(value)}.`)
}

/** A value, as a message has it. */
export function shown(value: unknown): string {
  if (typeof value === 'string') return JSON.stringify(value)
  if (typeof value === 'function') return 'a function'
  return typeof value === 'object' && value !== null ? 'an object' : String(value)
}
