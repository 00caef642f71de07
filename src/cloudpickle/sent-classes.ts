/**
 * Classes that one end of a conversation has sent to the other by value, which both then know by a number: what comes back of
 * such a class is of the class itself, and not of a copy.
 *
 * A pickle that sends classes ends with a list of them and their numbers; from then on `sent NUMBER` names each. Numbers mean
 * something in that conversation alone, so nobody else writes them.
 */
import { Global, Reduced, Tuple } from '../pickle/index.ts'

/** What a pickler asks of the conversation that it writes for. */
export interface ClassNumbers {
  /** The number that the other end knows the class by: it travels as that. */
  known(cls: Function): number | undefined
  /** The number that the other end is to know a class by, which travels by value now. Without it none is given. */
  assign?(cls: Function): number
}

/** What an unpickler asks of the conversation that it reads from. */
export interface ClassesByNumber {
  find(number: number): Function | undefined
  /** A class that was sent. With `returns` it travels back as its number. */
  keep(number: number, cls: Function, returns: boolean): void
}

const sentModule = 'sent'
const track = new Global('cloudpickle', 'track')

export function sentClass(number: number): Global {
  return new Global(sentModule, String(number))
}

/** What a pickle ends with that has sent these classes, each with whether it travels back as its number; undefined for none. */
export function sending(sent: Map<Function, boolean>, numbers: ClassNumbers): Reduced | undefined {
  if (sent.size === 0 || !numbers.assign) return undefined
  const told = Array.from(sent, ([cls, returns]) => new Tuple([numbers.assign!(cls), cls, returns]))
  sent.clear()
  return new Reduced({ callee: track, args: told })
}

/** The number in a reference to a class that was sent; undefined for any other reference. */
export function sentNumber(module: string, name: string): number | undefined {
  return module === sentModule ? Number(name) : undefined
}
