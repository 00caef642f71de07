/**
 * Classes that a library made at run time and went on to fill: what theirs had where the pickle was made, they get here.
 */

/** The class itself, found by name. */
export function completeClass(cls: Function): Function {
  return cls
}

/** What the class has already stays as it is: it is the library's own. */
export function addMembers(cls: Function, members: object): void {
  const prototype = cls.prototype as object
  for (const key of Reflect.ownKeys(members)) {
    if (Object.hasOwn(prototype, key)) continue
    Object.defineProperty(prototype, key, Object.getOwnPropertyDescriptor(members, key)!)
  }
}
