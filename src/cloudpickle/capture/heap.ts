/**
 * V8's own contexts, read from a snapshot of the heap: which closures share one, and what it keeps that no scope shows, such as the
 * `this` of a call or the home object of a method.
 *
 * For what neither reading scopes nor entering a frame can tell. Nothing of the program runs. A snapshot costs some 20 ms for each
 * megabyte of the heap, so a dump takes one at most, and none of a large heap.
 */
import { getHeapStatistics } from 'node:v8'
import type { Inspector } from './inspector.ts'

const mostHeapBytes = 128 * 2 ** 20

/** What a variable holds, where that is a live object or function, undefined, or a string that is seen exactly; nothing tells other values. */
export type HeapValue = { readonly value: object | string | undefined } | undefined

export interface HeapContext {
  /** One context has one, in all of a view. */
  readonly id: number
  /** Whether it has the variable. V8's own begin with a dot: `.home_object`. */
  has(name: string): boolean
  value(name: string): HeapValue
}

interface Snapshot {
  readonly snapshot: {
    readonly meta: {
      readonly node_fields: readonly string[]
      readonly node_types: readonly [readonly string[], ...unknown[]]
      readonly edge_fields: readonly string[]
      readonly edge_types: readonly [readonly string[], ...unknown[]]
    }
  }
  readonly nodes: readonly number[]
  readonly edges: readonly number[]
  readonly strings: readonly string[]
}

interface Edge {
  readonly type: string
  /** A name, or the index of a hidden field. */
  readonly name: string | number
  /** The index of a node. */
  readonly to: number
}

/** Takes a view when it is first asked for one, and no other. */
export function heapViewer(inspector: Inspector): () => HeapView | undefined {
  let taken: { readonly view: HeapView | undefined } | undefined
  return () => (taken ??= { view: HeapView.take(inspector) }).view
}

/** V8 cuts the text of longer strings off. */
const longestString = 1000
/** What V8 shows for it may have been a NUL. */
const ambiguous = ' '

export class HeapView {
  /** Contexts of different views cannot be compared. */
  readonly token: object = {}
  readonly #inspector: Inspector
  readonly #snapshot: Snapshot
  readonly #nodeSize: number
  readonly #field: Readonly<Record<'type' | 'name' | 'id' | 'edge_count', number>>
  readonly #firstEdge: Uint32Array
  readonly #closures = new Map<number, number>()

  /** undefined where the heap is too large for it; garbage is no part of it. */
  static take(inspector: Inspector): HeapView | undefined {
    if (isLarge()) inspector.collectGarbage()
    return isLarge() ? undefined : new HeapView(inspector)
  }

  private constructor(inspector: Inspector) {
    this.#inspector = inspector
    this.#snapshot = JSON.parse(inspector.heapSnapshot()) as Snapshot
    const { nodes, snapshot } = this.#snapshot
    const { node_fields: fields, node_types: types } = snapshot.meta
    const field = (name: string): number => fields.indexOf(name)
    this.#field = { type: field('type'), name: field('name'), id: field('id'), edge_count: field('edge_count') }
    this.#nodeSize = fields.length
    const closure = types[0].indexOf('closure')
    this.#firstEdge = new Uint32Array(nodes.length / this.#nodeSize + 1)
    for (let node = 0, edge = 0; node * this.#nodeSize < nodes.length; node++) {
      const at = node * this.#nodeSize
      edge += nodes[at + this.#field.edge_count]!
      this.#firstEdge[node + 1] = edge
      if (nodes[at + this.#field.type] === closure) this.#closures.set(nodes[at + this.#field.id]!, node)
    }
  }

  /** The contexts around a function, innermost first. */
  contextsOf(fn: Function): HeapContext[] {
    const found: HeapContext[] = []
    const closure = this.#closures.get(this.#inspector.heapIdOf(fn))
    let context = closure === undefined ? undefined : this.#linked(closure, 'context')
    while (context !== undefined) {
      found.push(this.#read(context))
      context = this.#linked(context, 'previous')
    }
    return found
  }

  #read(context: number): HeapContext {
    const edges = this.#edgesOf(context)
    const slots = new Map<string, number>()
    for (const { type, name, to } of edges) if (type === 'context') slots.set(String(name), to)
    // Of blocks and classes there are fields without names, in the order of the names that V8 has for the scope.
    const fields = edges.filter(({ type }) => type === 'hidden')
    const names = slots.size > 0 ? [] : this.#namesOf(context)
    if (names.length === fields.length) for (const { name, to } of fields) slots.set(names[Number(name)] ?? '', to)
    return {
      id: this.#nodeValue(context, 'id'),
      has: name => slots.has(name) || names.includes(name),
      value: name => this.#valueOf(slots.get(name)),
    }
  }

  #namesOf(context: number): string[] {
    const info = this.#linked(context, 'scope_info')
    const named = info === undefined ? [] : this.#edgesOf(info).filter(({ type }) => type === 'hidden')
    const strings = named.map(({ to }) => (this.#typeOf(to) === 'string' ? this.#nameOf(to) : undefined))
    const end = strings.indexOf(undefined)
    return strings.slice(0, end === -1 ? undefined : end) as string[]
  }

  #valueOf(node: number | undefined): HeapValue {
    if (node === undefined) return undefined
    const type = this.#typeOf(node)
    if (type === 'string') {
      const string = this.#nameOf(node)
      return this.#isExact(node, string) ? { value: string } : undefined
    }
    if (type === 'hidden' && this.#nameOf(node) === 'undefined') return { value: undefined }
    if (!/^(object|closure|array|regexp)$/.test(type)) return undefined
    return { value: this.#inspector.objectOfHeapId(this.#nodeValue(node, 'id')) }
  }

  /** Of strings with characters beyond Latin-1, V8 leaves some out. */
  #isExact(node: number, string: string): boolean {
    const map = this.#linked(node, 'map')
    const isLatin = map !== undefined && this.#nameOf(map).includes('OneByte')
    return isLatin && string.length < longestString && !string.includes(ambiguous)
  }

  #linked(node: number, name: string): number | undefined {
    return this.#edgesOf(node).find(edge => edge.type === 'internal' && edge.name === name)?.to
  }

  #edgesOf(node: number): Edge[] {
    const { edges, strings, snapshot } = this.#snapshot
    const { edge_types: types, edge_fields: fields } = snapshot.meta
    const found: Edge[] = []
    for (let index = this.#firstEdge[node]!; index < this.#firstEdge[node + 1]!; index++) {
      const [type, name, to] = edges.slice(index * fields.length, (index + 1) * fields.length)
      const kind = types[0][type!]!
      const isIndex = kind === 'hidden' || kind === 'element'
      found.push({ type: kind, name: isIndex ? name! : strings[name!]!, to: to! / this.#nodeSize })
    }
    return found
  }

  #typeOf(node: number): string {
    return this.#snapshot.snapshot.meta.node_types[0][this.#nodeValue(node, 'type')]!
  }

  #nameOf(node: number): string {
    return this.#snapshot.strings[this.#nodeValue(node, 'name')]!
  }

  #nodeValue(node: number, field: 'type' | 'name' | 'id'): number {
    return this.#snapshot.nodes[node * this.#nodeSize + this.#field[field]]!
  }
}

function isLarge(): boolean {
  return getHeapStatistics().used_heap_size > mostHeapBytes
}
