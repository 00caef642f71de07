/**
 * One CPython process that is asked many questions over a pipe: a question and its answer are pickles with their length in front.
 *
 * It reads pickles with pickle.loads and writes them in the protocol asked for; generates values of its own from a seed; compares.
 */
import { spawn, type ChildProcessByStdio } from 'node:child_process'
import { once } from 'node:events'
import type { Readable, Writable } from 'node:stream'
import { dumps, loads } from '../../src/pickle/index.ts'

const program = `
import sys, struct, pickle, pickletools, io, random, datetime as d, traceback
stdin, stdout = sys.stdin.buffer, sys.stdout.buffer
kept = []

def through(pickles):
    "each: what CPython writes for what it read, in some protocol, and what optimize makes of the pickle"
    out = []
    for n, data in enumerate(pickles):
        data = bytes(data)
        pickletools.dis(data, io.StringIO())
        out.append([pickle.dumps(pickle.loads(data), n % 6), pickletools.optimize(data)])
    return out

def listed(pickles):
    "each: the listing, and what optimize makes of the pickle"
    out = []
    for data in pickles:
        data = bytes(data)
        listing = io.StringIO()
        pickletools.dis(data, listing)
        out.append([listing.getvalue(), pickletools.optimize(data)])
    return out

def leaf(r):
    return r.choice([
        lambda: None, lambda: r.random() < .5, lambda: r.randint(-300, 70000), lambda: r.randint(-2**70, 2**70),
        lambda: r.randint(-2**53, 2**53), lambda: r.choice([2**53, 2**53 - 1, -2**53, 2**31, -2**31, 2**63, 0, 255, 256]),
        lambda: r.uniform(-1e6, 1e6), lambda: r.choice([0.5, -0.0, 1e300, 5e-324, float('inf'), 2.0, 1e22]),
        lambda: ''.join(chr(r.choice([r.randint(0, 127), r.randint(0, 0x2fff), r.randint(0xdc00, 0xdfff), r.randint(0x10000, 0x10ffff)])) for _ in range(r.randint(0, 6))),
        lambda: r.choice(['a', 'b', '1', '__proto__', 'x' * 300, chr(233) * 200]), lambda: ..., lambda: r.randbytes(r.randint(0, 20)),
        lambda: bytearray(r.randbytes(r.randint(0, 20))), lambda: bytes(r.choice([255, 256])),
        lambda: d.datetime(r.randint(1, 9999), r.randint(1, 12), r.randint(1, 28), r.randint(0, 23), r.randint(0, 59), r.randint(0, 59), r.randint(0, 999999)),
        lambda: d.datetime(2024, 1, 2, tzinfo=d.timezone(d.timedelta(minutes=r.randint(-1000, 1000)))),
        lambda: d.date(r.randint(1, 9999), r.randint(1, 12), r.randint(1, 28)), lambda: d.timedelta(r.randint(-9, 9), r.randint(0, 99), r.randint(0, 99)),
    ])()

def hashable(r, depth):
    kind = r.random()
    if depth and kind < .15: return tuple(hashable(r, depth - 1) for _ in range(r.randint(0, 5)))
    if depth and kind < .25: return frozenset(hashable(r, depth - 1) for _ in range(r.randint(0, 4)))
    value = leaf(r)
    return bytes(value) if isinstance(value, bytearray) else value

def value(r, depth):
    kind = r.random() if depth else 1
    many = range(r.randint(0, 5))
    if kind < .15: return [value(r, depth - 1) for _ in many]
    if kind < .3: return tuple(value(r, depth - 1) for _ in many)
    if kind < .45: return {str(r.randint(0, 99)) + r.choice(['', 'k']): value(r, depth - 1) for _ in many}
    if kind < .6: return {hashable(r, 2): value(r, depth - 1) for _ in many}
    if kind < .65: return {hashable(r, 2) for _ in many}
    if kind < .7: return hashable(r, 2)
    if kind < .8:
        v = value(r, depth - 1)
        return [v, (v, v), {'v': v}]
    if kind < .85:
        v = {'a': value(r, depth - 1)}; v['self'] = [v]
        if r.random() < .5: v[r.randint(0, 9)] = v
        return v
    return leaf(r)

def generated(question):
    seed, count = question
    r = random.Random(seed)
    global kept
    kept = [value(r, 4) for _ in range(count)]
    return [pickle.dumps(v, n % 6) for n, v in enumerate(kept)]

def differing(pickles):
    "indices of those that are not what was generated last"
    return [n for n, data in enumerate(pickles) if not same(kept[n], pickle.loads(bytes(data)))]

def same(a, b):
    "equal, of the same types, with the same sharing of what can change. Ints and floats, dict and OrderedDict count as one type."
    seen, back, stack = {}, {}, [(a, b)]
    while stack:
        x, y = stack.pop()
        if isinstance(x, dict) and isinstance(y, dict):
            if seen.setdefault(id(x), id(y)) != id(y) or back.setdefault(id(y), id(x)) != id(x): return False
            if (id(x), 'done') in seen: continue
            seen[(id(x), 'done')] = True
            if len(x) != len(y): return False
            others = {frozen(k): k for k in y}
            for k in x:
                if frozen(k) not in others: return False
                stack.append((x[k], y[others[frozen(k)]]))
        elif type(x) in (list, tuple):
            if type(x) is not type(y) or len(x) != len(y): return False
            if type(x) is list:
                if seen.setdefault(id(x), id(y)) != id(y) or back.setdefault(id(y), id(x)) != id(x): return False
                if (id(x), 'done') in seen: continue
                seen[(id(x), 'done')] = True
            stack.extend(zip(x, y))
        elif type(x) in (int, float):
            if type(y) not in (int, float) or repr(x + 0.0 if abs(x) < 2**53 else x) != repr(y + 0.0 if abs(y) < 2**53 else y) and x != y: return False
        elif type(x) is not type(y) or frozen(x) != frozen(y): return False
    return True

def frozen(x):
    "with types, as 1 == True"
    if isinstance(x, (tuple, frozenset, set)): return (type(x).__name__, type(x)(map(frozen, x)) if not isinstance(x, set) else frozenset(map(frozen, x)))
    if isinstance(x, (int, float)) and not isinstance(x, bool): return x
    return (type(x).__name__, bytes(x) if isinstance(x, bytearray) else x)

while True:
    head = stdin.read(8)
    if not head: break
    try:
        name, argument = pickle.loads(stdin.read(struct.unpack('<Q', head)[0]))
        answer = [True, globals()[name](argument)]
    except BaseException:
        answer = [False, traceback.format_exc()]
    data = pickle.dumps(answer, 5)
    stdout.write(struct.pack('<Q', len(data)) + data)
    stdout.flush()
`

/** What CPython says to one pickle: what it writes for it, and what pickletools.optimize makes of it. */
type Through = [again: Uint8Array, optimized: Uint8Array]
type Listed = [listing: string, optimized: Uint8Array]

export class PythonPeer {
  readonly #process: ChildProcessByStdio<Writable, Readable, null>
  #received: Buffer = Buffer.alloc(0)

  constructor() {
    this.#process = spawn('python3', ['-c', program], { stdio: ['pipe', 'pipe', 'inherit'] })
  }

  through(pickles: readonly Uint8Array[]): Promise<Through[]> {
    return this.#ask('through', pickles)
  }

  listed(pickles: readonly Uint8Array[]): Promise<Listed[]> {
    return this.#ask('listed', pickles)
  }

  /** Pickles of `count` values of Python's own, each in one of the six protocols. */
  generated(seed: number, count: number): Promise<Uint8Array[]> {
    return this.#ask('generated', [seed, count])
  }

  /** Which of these are not, value for value, what was generated last. */
  differing(pickles: readonly Uint8Array[]): Promise<number[]> {
    return this.#ask('differing', pickles)
  }

  close(): void {
    this.#process.stdin.end()
  }

  async #ask<T>(question: string, argument: unknown): Promise<T> {
    const data = dumps([question, argument])
    const head = Buffer.alloc(8)
    head.writeBigUInt64LE(BigInt(data.length))
    this.#process.stdin.write(Buffer.concat([head, data]))
    const size = Number((await this.#read(8)).readBigUInt64LE())
    const [isAnswer, answer] = loads<[boolean, T]>(await this.#read(size))
    if (!isAnswer) throw new Error(`CPython: ${String(answer)}`)
    return answer
  }

  async #read(size: number): Promise<Buffer> {
    const parts = [this.#received]
    for (let length = this.#received.length; length < size; length += parts.at(-1)!.length) {
      const [part] = (await once(this.#process.stdout, 'data')) as [Buffer]
      parts.push(part)
    }
    const all = Buffer.concat(parts)
    this.#received = all.subarray(size)
    return all.subarray(0, size)
  }
}
