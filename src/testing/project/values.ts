/** Values that go there and come back. */

/** State of this module, as every warm worker has it. */
let count = 0

export function add(a: number, b: number): number {
  return a + b
}

export async function addLater(a: number, b: number): Promise<number> {
  return (await Promise.resolve(a)) + b
}

export function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0)
}

export function identity<T>(value: T): T {
  return value
}

export function areSame(a: unknown, b: unknown): boolean {
  return a === b
}

export function makeAreSame(a: unknown): (b: unknown) => boolean {
  return b => a === b
}

export function makeAdder(a: number): (b: number) => number {
  return b => a + b
}

export function makeCounter(start: number): () => number {
  let value = start
  return () => ++value
}

export function countCalls(): number {
  return ++count
}

export function square(n: number, index: number): readonly [square: number, index: number] {
  return [n * n, index]
}

export function reverse(bytes: Uint8Array): Uint8Array {
  return bytes.reverse()
}
