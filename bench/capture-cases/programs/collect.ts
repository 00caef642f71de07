/**
 * Collects the cases of a fixture, which is the main script of its process, and hands them over once it has run.
 *
 * A fixture knows only the global functions `hardCase`, `mustRefuse` and `ran`, so that it is the same text for every peer.
 */

export interface HardCase {
  readonly name: string
  /** Makes the value that is to travel. */
  readonly make: () => unknown
  /** Its text runs on the other end, with the revived value; undefined where nothing that arrives can be right. */
  readonly check: Check | undefined
  /** Whether an error when it is written is right. */
  readonly mustRefuse: boolean
}

/** Compares the revived value with what the live one does. Refers to nothing but its parameters. */
export type Check = (value: never, t: never) => unknown

interface FixtureGlobals {
  hardCase(name: string, make: () => unknown, check: Check): void
  mustRefuse(name: string, make: () => unknown, check?: Check): void
  /** For code that must not run while it is captured. */
  ran(): void
}

let runs = 0

/** How often code that must not run while it is captured has run. */
export function countRuns(): number {
  return runs
}

export function installRan(): void {
  ;(globalThis as unknown as FixtureGlobals).ran = () => {
    runs += 1
  }
}

/** Calls back with all cases when the fixture's own turn is over. */
export function collectCases(whenCollected: (cases: readonly HardCase[]) => Promise<void>): void {
  const cases: HardCase[] = []
  const add = (name: string, make: () => unknown, check: Check | undefined, mustRefuse: boolean): void => {
    if (cases.length === 0) setImmediate(() => void whenCollected(cases).then(() => process.exit(0)))
    if (cases.some(known => known.name === name)) throw new Error(`Two cases are called ${name}.`)
    cases.push({ name, make, check, mustRefuse })
  }
  const globals = globalThis as unknown as FixtureGlobals
  globals.hardCase = (name, make, check) => add(name, make, check, false)
  globals.mustRefuse = (name, make, check) => add(name, make, check, true)
  installRan()
}
