/**
 * The closures that are pickled: made anew each time, as a caller's own would be.
 */

export function makeTrivial(): (x: number) => number {
  return x => x + 1
}

export const captured = { factor: 3, name: 'spam', weights: [0.25, 0.5, 0.25] }

export function makeCapturing(): (x: number) => string {
  const { factor, name, weights } = captured
  return x => `${name}: ${weights.map(weight => weight * factor * x).join(' ')}`
}
