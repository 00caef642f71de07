/**
 * What the encoder is in the middle of: one frame for each open container or reduction, on an explicit stack.
 *
 * A frame's `step` writes until it has to open a child (`save` returned true) or is done (`close`). It never recurses.
 */
import { op } from './opcodes.ts'
import type { Output } from './output.ts'
import type { Shape } from './shapes.ts'
import type { Items, Plan } from './plan.ts'
import { Tuple, type Labelled } from './values.ts'

/** What frames use of the encoder. */
export interface Encoding {
  readonly out: Output
  /** Writes a value; true when it opened a frame that must finish first. */
  save(value: unknown): boolean
  /** The same without asking for a persistent id. */
  saveUnasked(value: unknown): boolean
  /** Writes a key of a shape, without asking for a persistent id. */
  saveKey(shape: Shape, index: number): void
  open(frame: Frame): void
  /** Ends the frame on top. */
  close(): void
  memoize(key: unknown): void
  isMemoized(key: unknown): boolean
  recall(key: unknown): void
  /** The path to the value being written. */
  path(): string
}

export interface Frame {
  step(encoding: Encoding): void
  /** What it adds to the path of the child it is at. */
  segment(): string
}

/** CPython's _BATCHSIZE: that many items between a MARK and its APPENDS, SETITEMS or ADDITEMS. */
const batchItems = 1000

const shapes = {
  list: { cellsPerItem: 1, one: op.APPEND, many: op.APPENDS, singles: false },
  dict: { cellsPerItem: 2, one: op.SETITEM, many: op.SETITEMS, singles: false },
  // Items from an iterator: CPython writes a last batch of one without a MARK.
  OrderedDict: { cellsPerItem: 2, one: op.SETITEM, many: op.SETITEMS, singles: true },
  set: { cellsPerItem: 1, one: undefined, many: op.ADDITEMS, singles: false },
} as const

export class ItemsFrame implements Frame {
  readonly #items: Items
  readonly #count: number
  readonly #batch: number
  #next = 0
  /** The opcode that ends the open batch. */
  #end: number | undefined

  constructor(items: Items) {
    this.#items = items
    this.#count = items.cells.length
    this.#batch = batchItems * shapes[items.into].cellsPerItem
  }

  step(encoding: Encoding): void {
    const { cells } = this.#items
    for (;;) {
      if (this.#next % this.#batch === 0 || this.#next === this.#count) {
        if (this.#end !== undefined) encoding.out.op(this.#end)
        if (this.#next === this.#count) return encoding.close()
        this.#begin(encoding)
      }
      if (encoding.save(cells[this.#next++])) return
    }
  }

  #begin(encoding: Encoding): void {
    const shape = shapes[this.#items.into]
    const single = this.#count - this.#next === shape.cellsPerItem && (shape.singles || this.#next === 0)
    this.#end = single ? (shape.one ?? shape.many) : shape.many
    if (this.#end === shape.many) encoding.out.op(op.MARK)
  }

  segment(): string {
    return this.#items.segment(this.#next - 1)
  }
}

/** How a value that cannot change once it is there is made of the items on the stack. */
interface Sequence {
  /** For so many items and no more, an opcode that needs no MARK, by their number. */
  short: readonly number[]
  long: number
}

export const tuple: Sequence = { short: [op.EMPTY_TUPLE, op.TUPLE1, op.TUPLE2, op.TUPLE3], long: op.TUPLE }
export const frozenset: Sequence = { short: [], long: op.FROZENSET }

/** A tuple or frozenset: its items first, then the opcode that makes it of them. */
export class SequenceFrame implements Frame {
  readonly #items: readonly unknown[]
  readonly #key: unknown
  readonly #sequence: Sequence
  #next = 0

  /** `key` is what it is known by later; itself when nobody else knows it. */
  constructor(items: readonly unknown[], key: unknown, sequence: Sequence) {
    this.#items = items
    this.#key = key
    this.#sequence = sequence
  }

  step(encoding: Encoding): void {
    const { out } = encoding
    const count = this.#items.length
    const short = this.#sequence.short[count]
    if (this.#next === 0 && short === undefined) out.op(op.MARK)
    while (this.#next < count) if (encoding.save(this.#items[this.#next++])) return
    encoding.close()
    if (encoding.isMemoized(this.#key)) {
      // A cycle led back here and the inner visit has made it: drop the items, take that one.
      if (short === undefined) out.op(op.POP_MARK)
      else for (let i = 0; i < count; i++) out.op(op.POP)
      return encoding.recall(this.#key)
    }
    out.op(short ?? this.#sequence.long)
    if (short !== op.EMPTY_TUPLE) encoding.memoize(this.#key)
  }

  segment(): string {
    return ''
  }
}

/** Makes an object by REDUCE or NEWOBJ and leaves filling it to a FillFrame. */
export class CreateFrame implements Frame {
  readonly #value: unknown
  readonly #plan: Plan
  readonly #parts: readonly unknown[]
  readonly #opcode: number
  #next = 0

  constructor(value: unknown, plan: Plan, create: { callee: unknown; args: readonly unknown[]; newobj?: boolean }) {
    this.#value = value
    this.#plan = plan
    this.#parts = [create.callee, new Tuple(create.args)]
    this.#opcode = create.newobj === true ? op.NEWOBJ : op.REDUCE
  }

  step(encoding: Encoding): void {
    while (this.#next < 2) if (encoding.save(this.#parts[this.#next++])) return
    encoding.out.op(this.#opcode)
    encoding.close()
    if (encoding.isMemoized(this.#value)) {
      // As CPython's save_reduce: a cycle through the arguments led back here, and the inner visit made and filled it.
      encoding.out.op(op.POP)
      encoding.recall(this.#value)
      return
    }
    encoding.memoize(this.#value)
    encoding.open(new FillFrame(this.#value, this.#plan))
  }

  segment(): string {
    return ''
  }
}

/** Items, then state, then the setters: each only where the plan has it. The object is on top of the stack. */
export class FillFrame implements Frame {
  readonly #value: unknown
  readonly #plan: Plan
  #stage: 'items' | 'state' | 'build' | 'setter' | 'arguments' | 'call' | 'done' = 'items'
  #setter = 0

  constructor(value: unknown, plan: Plan) {
    this.#value = value
    this.#plan = plan
  }

  step(encoding: Encoding): void {
    while (this.#stage !== 'done') if (this.#advance(encoding)) return
    encoding.close()
  }

  /** Does one stage; true when it opened a frame. */
  #advance(encoding: Encoding): boolean {
    const { items, state, setters } = this.#plan
    const setter = setters?.[this.#setter]
    switch (this.#stage) {
      case 'items':
        this.#stage = 'state'
        if (items === undefined || items.cells.length === 0) return false
        encoding.open(new ItemsFrame(items))
        return true
      case 'state':
        this.#stage = state === undefined ? 'setter' : 'build'
        return state !== undefined && encoding.save(state)
      case 'build':
        this.#stage = 'setter'
        encoding.out.op(op.BUILD)
        return false
      case 'setter':
        this.#stage = setter === undefined ? 'done' : 'arguments'
        return setter !== undefined && encoding.save(setter.callee)
      case 'arguments':
        this.#stage = 'call'
        encoding.recall(this.#value)
        return encoding.save(setter?.state)
      default:
        this.#stage = 'setter'
        this.#setter++
        for (const code of [op.TUPLE2, op.REDUCE, op.POP]) encoding.out.op(code)
        return false
    }
  }

  segment(): string {
    return ''
  }
}

/** A value with a segment of its own in error paths. */
export class LabelFrame implements Frame {
  readonly #label: Labelled
  #start: number | undefined

  constructor(label: Labelled) {
    this.#label = label
  }

  step(encoding: Encoding): void {
    if (this.#start === undefined) {
      this.#start = encoding.out.size
      if (encoding.save(this.#label.value)) return
    }
    this.#label.written?.(encoding.out.size - this.#start, () => encoding.path())
    encoding.close()
  }

  segment(): string {
    return this.#label.segment
  }
}

/** A persistent id. The id itself is not asked whether it has one. */
export class PersistentFrame implements Frame {
  readonly #id: unknown
  #begun = false

  constructor(id: unknown) {
    this.#id = id
  }

  step(encoding: Encoding): void {
    const opened = !this.#begun && encoding.saveUnasked(this.#id)
    this.#begun = true
    if (opened) return
    encoding.out.op(op.BINPERSID)
    encoding.close()
  }

  segment(): string {
    return ''
  }
}
