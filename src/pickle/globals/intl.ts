/**
 * `Intl` objects from their locale and resolved options; the counterpart of `rules/intl.ts`.
 */
import { intlClass, intlTypes, resolvedOptions } from '../rules/intl.ts'
import { expect, type Reconstruct } from './reconstructor.ts'

/** Making one takes as long as copying so many members. */
const costMembers = 1000

function isPrimitive(value: unknown): boolean {
  return (typeof value !== 'object' && typeof value !== 'function') || value === null
}

/** A platform without the data of a locale would fall back to another one, and format differently. */
function formatter(type: string): Reconstruct {
  return ([locale, options], reading) => {
    const Class = intlClass(type)
    expect(Class !== undefined, `${type} to exist here; this platform or version does not have it`)
    expect(typeof locale === 'string' && typeof options === 'object' && options !== null, 'a locale and options')
    // Turning one into text could cost any time.
    expect(Object.values(options).every(isPrimitive), 'options that are no objects')
    reading.charge(costMembers)
    const made = new Class(locale, options)
    expect(resolvedOptions(Class, made)['locale'] === locale, `the locale ${locale} to be known here`)
    return made
  }
}

const intlLocale: Reconstruct = ([text], reading) => {
  expect(typeof text === 'string', 'a locale')
  reading.charge(text.length)
  return new Intl.Locale(text)
}

export const intlReconstructors: readonly [string, Reconstruct][] = [
  ...intlTypes.map((type): [string, Reconstruct] => [type, formatter(type)]),
  ['Intl.Locale', intlLocale],
]
