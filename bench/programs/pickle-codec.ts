/** One codec, named by the argument, on every value that it can carry: encoding and decoding together, some also alone. */
import { deserialize, serialize } from 'node:v8'
import { timeWarm } from '../harness/timing.ts'
import { values, type ValueName } from './pickle-values.ts'

interface Codec {
  encode(value: unknown): unknown
  decode(encoded: never): unknown
  /** What it cannot carry, or not in any time that one would wait for. */
  not?: readonly ValueName[]
}

const codecs: Record<string, () => Promise<Codec>> = {
  async modulepickle() {
    const { dumps, loads } = await import('../../dist/pickle/index.js')
    return { encode: value => dumps(value), decode: (bytes: Uint8Array) => loads(bytes) }
  },
  async v8() {
    return { encode: serialize, decode: deserialize as (bytes: never) => unknown }
  },
  async structuredClone() {
    return { encode: value => structuredClone(value), decode: value => value }
  },
  async JSON() {
    return {
      encode: value => JSON.stringify(value),
      decode: (text: string) => JSON.parse(text),
      not: ['graph', 'floats'],
    }
  },
  async msgpackr() {
    const { Packr } = await import('msgpackr')
    const packr = new Packr({ structuredClone: true })
    return { encode: value => packr.pack(value), decode: (bytes: Uint8Array) => packr.unpack(bytes) }
  },
  async 'cbor-x'() {
    const { Encoder } = await import('cbor-x')
    const encoder = new Encoder({ structuredClone: true })
    return { encode: value => encoder.encode(value), decode: (bytes: Uint8Array) => encoder.decode(bytes) }
  },
  async seroval() {
    const seroval = await import('seroval')
    return {
      encode: value => seroval.serialize(value),
      decode: (text: string) => seroval.deserialize(text),
      not: ['floats', 'graph'],
    }
  },
  async devalue() {
    const { parse, stringify } = await import('devalue')
    return { encode: value => stringify(value), decode: (text: string) => parse(text), not: ['floats'] }
  },
}

/** Where encoding and decoding are measured alone, too. */
const halves: ReadonlySet<string> = new Set(
  ['modulepickle', 'v8'].flatMap(codec => ['records', 'graph'].map(value => `${codec} ${value}`)),
)

const [name = ''] = process.argv.slice(2)
const codec = await codecs[name]!()
const figures: Record<string, number> = {}
for (const [valueName, make] of Object.entries(values)) {
  if (codec.not?.includes(valueName as ValueName)) continue
  const value = deserialize(serialize(make())) as unknown
  const encoded = codec.encode(value) as never
  figures[`${name} ${valueName}`] = timeWarm(() => codec.decode(codec.encode(value) as never))
  if (halves.has(`${name} ${valueName}`)) {
    figures[`${name} ${valueName} encode`] = timeWarm(() => codec.encode(value))
    figures[`${name} ${valueName} decode`] = timeWarm(() => codec.decode(encoded))
  }
  const size = typeof encoded === 'string' ? Buffer.byteLength(encoded) : (encoded as Uint8Array).length
  if (typeof size === 'number') figures[`${name} ${valueName} bytes`] = size
}
if (name === 'modulepickle') await measureOutOfBand()
console.log(JSON.stringify(figures))

/** 100 MB beside the pickle, against one copy of them. */
async function measureOutOfBand(): Promise<void> {
  const { dumps, loads } = await import('../../dist/pickle/index.js')
  const value = values.floats()
  figures['modulepickle out of band'] = timeWarm(() => {
    const buffers: Uint8Array[] = []
    const bytes = dumps(value, { bufferCallback: buffer => void buffers.push(buffer) })
    return loads(bytes, { buffers: buffers.map(buffer => buffer.slice()) })
  })
  figures['memory copy'] = timeWarm(() => value.slice())
}
