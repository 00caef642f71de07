/**
 * Bound functions and errors back to life.
 */

export function reviveBound(target: Function, self: unknown, args: readonly unknown[]): unknown {
  return Function.prototype.bind.call(target, self, ...args)
}

/** An error object with the prototype of `cls`; its constructor does not run. */
export function reviveError(cls: Function): Error {
  return Reflect.construct(Error, [], cls) as Error
}

export type ErrorState = readonly [hidden: Readonly<Record<string, unknown>>, own: Readonly<Record<string, unknown>>]

/** `hidden` properties are not enumerable, as the Error constructor makes them. */
export function setErrorState(error: Error, [hidden, own]: ErrorState): void {
  for (const [key, value] of Object.entries(hidden)) {
    Object.defineProperty(error, key, { value, writable: true, configurable: true, enumerable: false })
  }
  for (const [key, value] of Object.entries(own)) {
    Object.defineProperty(error, key, { value, writable: true, configurable: true, enumerable: true })
  }
}
