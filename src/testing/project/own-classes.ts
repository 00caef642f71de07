/** Classes that no other process could import, because a function makes them: they travel by value. */

export interface Point {
  readonly x: number
  readonly y: number
  norm(): number
}

interface OwnClasses {
  readonly OwnPoint: { new (x: number, y: number): Point; made: number }
  readonly Misplaced: new (point: Point) => RangeError & { readonly point: Point }
  scale(point: Point, factor: number): Point
  extend(): Point & { readonly mark: string }
  misplace(point: Point): never
  isOwn(point: unknown): boolean
  count(): number
  countUp(): number
  line(length: number): AsyncGenerator<Point, void>
  tell(): unknown
}

/** Each call makes others. */
export function makeClasses(): OwnClasses {
  class OwnPoint implements Point {
    static made = 0
    readonly x: number
    #y = 0
    constructor(x: number, y: number) {
      this.x = x
      this.#y = y
    }
    get y(): number {
      return this.#y
    }
    norm(): number {
      return Math.hypot(this.x, this.#y)
    }
  }
  class Misplaced extends RangeError {
    override name = 'Misplaced'
    readonly point: Point
    constructor(point: Point) {
      super(`misplaced by ${point.norm()}`)
      this.point = point
    }
  }
  class Marked extends OwnPoint {
    readonly mark = 'here'
  }
  return {
    OwnPoint,
    Misplaced,
    scale: (point, factor) => new OwnPoint(point.x * factor, point.y * factor),
    extend: () => new (class extends Marked {})(3, 4),
    misplace: point => {
      throw new Misplaced(point)
    },
    isOwn: point => point instanceof OwnPoint && point.norm() === 5,
    count: () => OwnPoint.made,
    countUp: () => ++OwnPoint.made,
    line: async function* (length) {
      for (let x = 0; x < length; x++) yield new OwnPoint(x, 0)
    },
    tell: () => OwnPoint,
  }
}

/** What a call leaves behind in its process, for the next one. */
const kept = new Map<string, unknown>()

export function keep(value: unknown): number {
  return kept.set('value', value).size
}

export function giveKept(): unknown {
  return kept.get('value')
}
