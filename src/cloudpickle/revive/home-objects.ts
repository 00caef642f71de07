/**
 * `super` of methods that were made by an object literal: the counterpart of capture/home-objects.ts.
 *
 * Here a method is made by a literal of its own, which nobody else sees. Its prototype passes everything on to the prototype
 * that the real home object has at that time.
 */

const homes = new WeakMap<object, object>()

/** What the prototype of the method's literal has to be. */
export function reviveSuper(home: object): object {
  const base = (): object => Object.getPrototypeOf(home) as object
  const proxy = new Proxy(Object.create(null) as object, {
    get: (_, key, receiver) => Reflect.get(base(), key, receiver) as unknown,
    set: (_, key, value, receiver) => Reflect.set(base(), key, value, receiver),
  })
  homes.set(proxy, home)
  return proxy
}

/** Remembers the home object of a method that was made with what `reviveSuper` returned. */
export function rememberHome(fn: Function, given: readonly unknown[]): void {
  for (const value of given) {
    const home = typeof value === 'object' && value !== null ? homes.get(value) : undefined
    if (home) homes.set(fn, home)
  }
}

/** The home object of a method that was revived here. */
export function homeOf(fn: Function): object | undefined {
  return homes.get(fn)
}
