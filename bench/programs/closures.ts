/**
 * The closures and classes that are pickled: made anew each time, as a caller's own would be.
 */
export function makeTrivial(): (x: number) => number {
  return x => x + 1
}

export function makeEcho(): (array: Float64Array) => Float64Array {
  return array => array
}

export const captured = { factor: 3, name: 'spam', weights: [0.25, 0.5, 0.25] }

export function makeCapturing(): (x: number) => string {
  const { factor, name, weights } = captured
  return x => `${name}: ${weights.map(weight => weight * factor * x).join(' ')}`
}

/** 1 MB. */
export const samples = Float64Array.from({ length: 131_072 }, (_, index) => index / 3)

export function makeOverSamples(): (index: number) => number {
  const own = samples
  return index => own.at(index)!
}

interface Node {
  readonly id: number
  readonly previous: Node | undefined
  readonly middle: Node | undefined
}

/** 10,000 nodes, each with references to two before it, so that what recurses does not run out of stack. */
export const graph: Node[] = []
for (let id = 0; id < 10_000; id++) graph.push({ id, previous: graph[id - 1], middle: graph[id >> 1] })

export function makeOverGraph(): () => number {
  const own = graph
  return () => own.length
}

export function makeClass(): new (x: number, y: number) => { norm(): number } {
  return class Point {
    readonly x: number
    readonly y: number

    constructor(x: number, y: number) {
      this.x = x
      this.y = y
    }

    norm(): number {
      return Math.hypot(this.x, this.y)
    }
  }
}
