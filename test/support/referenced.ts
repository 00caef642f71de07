/**
 * How a pickled value travels, read from the pickle alone: `reference <module> <name>`, or `value <what revives it>`.
 */
import { Unpickler } from '../../dist/pickle/index.js'

class Travel extends Unpickler {
  override findClass(module: string, name: string): unknown {
    const revive = (): string => `value ${name}`
    const reference = `reference ${module.replace(/^snapshot:\d+/, 'snapshot:')} ${name}`
    return module === 'cloudpickle'
      ? revive
      : Object.assign(revive, { reference, prototype: { reference: `instance of ${reference}` } })
  }

  override persistentLoad(): unknown {
    return undefined
  }
}

export function howItTravels(bytes: Uint8Array): string {
  const value = new Travel(bytes).load() as { reference?: string } | string
  return typeof value === 'string' ? value : (value.reference ?? 'data')
}
