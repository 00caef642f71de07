/**
 * `Intl` objects: made again from their locale and resolved options, which is exact where a copy made here resolves to the same.
 */
import { ModulePickleError } from '../../errors.ts'
import type { Plan } from '../plan.ts'
import { Global } from '../values.ts'
import type { Kind } from './kinds.ts'

/** Those that have resolved options. */
export const intlTypes = `
  Collator DateTimeFormat DisplayNames DurationFormat ListFormat NumberFormat PluralRules RelativeTimeFormat Segmenter`
  .trim()
  .split(/\s+/)
  .map(type => `Intl.${type}`)

type IntlClass = new (locale: unknown, options?: object) => object

/** Undefined in a platform without that class. */
export function intlClass(type: string): IntlClass | undefined {
  return Reflect.get(Intl, type.slice('Intl.'.length)) as IntlClass | undefined
}

/** The options by this realm's own method; throws a TypeError, as that does, for what is not of the class. */
export function resolvedOptions(Class: IntlClass, value: object): Record<string, unknown> {
  const method: unknown = Reflect.get(Class.prototype as object, 'resolvedOptions')
  return Reflect.apply(method as () => Record<string, unknown>, value, [])
}

const formatter: Kind = {
  own: {},
  plan(value, type): Plan | undefined {
    const Class = intlClass(type)
    const options = Class && optionsOf(Class, value)
    if (Class === undefined || options === undefined) return undefined
    const { locale } = options
    if (JSON.stringify(options) !== JSON.stringify(resolvedOptions(Class, new Class(locale, options)))) {
      throw new ModulePickleError(
        'ERR_UNPICKLABLE',
        `an ${type} with these options cannot be made again from what it resolved them to. Make it on the other end.`,
      )
    }
    // Lists follow from the rest: the plural categories of a language.
    const given = Object.fromEntries(Object.entries(options).filter(([, option]) => typeof option !== 'object'))
    return { create: { callee: new Global('js', type), args: [locale, given] } }
  },
}

function optionsOf(Class: IntlClass, value: object): Record<string, unknown> | undefined {
  try {
    return resolvedOptions(Class, value)
  } catch {
    // `Object.create(Intl.NumberFormat.prototype)` has none.
    return undefined
  }
}

const locale: Kind = {
  own: {},
  plan(value): Plan | undefined {
    try {
      const text = Intl.Locale.prototype.toString.call(value)
      return { create: { callee: new Global('js', 'Intl.Locale'), args: [text] } }
    } catch {
      return undefined
    }
  },
}

export const intlKinds: readonly [string, Kind][] = [
  ...intlTypes.map((type): [string, Kind] => [type, formatter]),
  ['Intl.Locale', locale],
]
