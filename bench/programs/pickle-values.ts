/**
 * The values that every codec is measured on: made anew in each process, always the same.
 */

/** A generator of numbers in [0, 1) that a seed repeats (mulberry32). */
function seededRandom(seed: number): () => number {
  let state = seed | 0
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
}

interface Node {
  id: number
  label: string
  previous: Node | null
  edges: Node[]
}

function records(): unknown {
  const random = seededRandom(1)
  return Array.from({ length: 10_000 }, (_, id) => ({
    id,
    name: `user ${id}`,
    email: `user${id}@example.org`,
    isActive: random() < 0.5,
    score: random() * 100,
    country: ['Germany', 'France', 'Italy'][id % 3],
  }))
}

/** Each node refers to earlier ones; the list reaches them in order, so that codecs that recurse do not run out of stack. */
function graph(): Node[] {
  const random = seededRandom(2)
  const nodes: Node[] = []
  for (let id = 0; id < 10_000; id++) {
    const edges = Array.from({ length: Math.min(id, 3) }, () => nodes[Math.floor(random() * id)]!)
    nodes.push({ id, label: `node ${id}`, previous: nodes[id - 1] ?? null, edges })
  }
  return nodes
}

/** 1 MB in strings of 5 to 65 characters; every tenth is not Latin-1. */
function strings(): string[] {
  const random = seededRandom(3)
  const list: string[] = []
  for (let size = 0; size < 1e6;) {
    const length = 5 + Math.floor(random() * 60)
    const text = Array.from({ length }, () => String.fromCharCode(97 + Math.floor(random() * 26))).join('')
    list.push(random() < 0.1 ? `${text}é漢` : text)
    size += length
  }
  return list
}

function floats(): Float64Array {
  return Float64Array.from({ length: 12_500_000 }, (_, index) => index / 3)
}

/** Half of them integers. */
function numbers(): number[] {
  const random = seededRandom(4)
  return Array.from({ length: 1_000_000 }, (_, index) => (index % 2 ? Math.floor(random() * 1e6) : random() * 1000))
}

/** What a closure of the first example captures: 6,046 messages of 1.3 kB; every fifth has characters beyond Latin-1. */
function messages(): unknown {
  const random = seededRandom(5)
  const words = ['lorem', 'ipsum', 'dolor\n', 'sit', 'amet', 'free', 'money', 'https://example.org/offer']
  const emails = Array.from({ length: 6046 }, (_, index) => {
    let text = `${index}`
    while (text.length < 1280) text += ` ${words[Math.floor(random() * words.length)]}`
    return { spam: random() < 0.5, text: index % 5 === 0 ? `${text} – “now” €` : index % 2 ? text : `${text} déjà` }
  })
  return { args: [{ emails, settings: { alpha: 1 } }, 0] }
}

export const values = { records, graph, strings, floats, numbers, messages } as const

export type ValueName = keyof typeof values
