/**
 * A module of the generated package, nearly 5 KB of ordinary TypeScript: types, a class, generics, comments. Each copy of it
 * imports others in place of the line that declares `children`, and so reaches a part of the package.
 */

export interface Sample {
  readonly id: string
  readonly values: readonly number[]
  readonly weight: number
  readonly tags: ReadonlyMap<string, string>
}

export interface Summary {
  readonly count: number
  readonly mean: number
  readonly variance: number
  readonly lowest: number
  readonly highest: number
}

export type Scorer = (sample: Sample) => number
type Outcome<T> = { readonly ok: true; readonly value: T } | { readonly ok: false; readonly reason: string }

const children: readonly Scorer[] = []
const title: string = 'template'
const version: number = 1
const tolerance = 1e-9

/** Thrown for samples that nothing can be said about. */
export class SampleError extends Error {
  readonly sample: Sample

  constructor(message: string, sample: Sample, options?: ErrorOptions) {
    super(`${sample.id}: ${message}`, options)
    this.name = 'SampleError'
    this.sample = sample
  }
}

/** Running mean and variance, by Welford's algorithm: one pass, and no catastrophic cancellation. */
export class Accumulator {
  #count = 0
  #mean = 0
  #squares = 0
  #lowest = Number.POSITIVE_INFINITY
  #highest = Number.NEGATIVE_INFINITY

  add(value: number): this {
    this.#count += 1
    const delta = value - this.#mean
    this.#mean += delta / this.#count
    this.#squares += delta * (value - this.#mean)
    this.#lowest = Math.min(this.#lowest, value)
    this.#highest = Math.max(this.#highest, value)
    return this
  }

  addAll(values: Iterable<number>): this {
    for (const value of values) this.add(value)
    return this
  }

  get summary(): Summary {
    const count = this.#count
    return {
      count,
      mean: this.#mean,
      variance: count < 2 ? 0 : this.#squares / (count - 1),
      lowest: this.#lowest,
      highest: this.#highest,
    }
  }
}

function attempt<T>(action: () => T): Outcome<T> {
  try {
    return { ok: true, value: action() }
  } catch (error) {
    return { ok: false, reason: error instanceof Error ? error.message : String(error) }
  }
}

export function isValid(sample: Sample): boolean {
  return sample.values.length > 0 && sample.values.every(Number.isFinite) && sample.weight >= 0
}

/** Groups by a key, in the order in which the keys come up. */
export function groupBy<T, K extends string | number>(items: Iterable<T>, keyOf: (item: T) => K): Map<K, T[]> {
  const groups = new Map<K, T[]>()
  for (const item of items) {
    const key = keyOf(item)
    const group = groups.get(key)
    if (group) group.push(item)
    else groups.set(key, [item])
  }
  return groups
}

/** The value below which a share of the sorted values lies, interpolated between neighbours. */
export function quantile(values: readonly number[], share: number): number {
  if (share < 0 || share > 1) throw new RangeError(`A share is between 0 and 1, not ${share}.`)
  const sorted = [...values].sort((a, b) => a - b)
  const position = (sorted.length - 1) * share
  const below = Math.floor(position)
  const lower = sorted[below] ?? 0
  const upper = sorted[below + 1] ?? lower
  return lower + (upper - lower) * (position - below)
}

export function normalize(values: readonly number[]): number[] {
  const { mean, variance } = new Accumulator().addAll(values).summary
  const deviation = Math.sqrt(variance)
  return values.map(value => (deviation < tolerance ? 0 : (value - mean) / deviation))
}

function describe({ count, mean, lowest, highest }: Summary): string {
  return `${title}: ${count} values from ${lowest} to ${highest}, mean ${mean.toFixed(3)} (version ${version})`
}

export function report(samples: readonly Sample[]): string {
  const groups = groupBy(samples.filter(isValid), ({ tags }) => tags.get('kind') ?? 'unknown')
  const lines: string[] = []
  for (const [kind, members] of groups) {
    const summary = new Accumulator().addAll(members.flatMap(({ values }) => values)).summary
    lines.push(`${kind}: ${describe(summary)}`)
  }
  return lines.join('\n')
}

/** The score of a sample: its own, and those of the modules that this one imports. */
export function score(sample: Sample): number {
  if (!isValid(sample)) throw new SampleError('has no usable values', sample)
  const own = quantile(normalize(sample.values), 0.5) * sample.weight + version
  const outcomes = children.map(child => attempt(() => child(sample)))
  return outcomes.reduce((sum, outcome) => sum + (outcome.ok ? outcome.value : 0), own)
}
