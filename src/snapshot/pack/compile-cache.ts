/**
 * What compiling and parsing a file gave, kept on disk for the next process: by content, options and the versions of the tools.
 *
 * `compiled/ab/cdef…` in the private cache directory, one file a module. A file holds the hash of the rest of itself; one that is
 * damaged counts as absent and is written anew. Trouble with the disk costs time and nothing else. Files are written once the
 * pickle is done, a few at a time: whoever waits for it, or for the worker that it goes to, does not wait for them.
 */
import { hash } from 'node:crypto'
import { readFileSync, rmSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { debuglog } from 'node:util'
import { openCacheDirectory, type CacheDirectory } from '../materialize/cache-directory.ts'
import { renameMakingDirectory } from '../materialize/rename.ts'
import { temporaryName } from '../materialize/temporary.ts'
import { decodeModuleText, encodeModuleText } from './module-text-record.ts'
import type { ModuleText } from './module-text.ts'
import { sweepShard } from './sweep-shard.ts'
import { toolsFingerprint } from './tools-fingerprint.ts'
import { setImmediate } from '../../timers.ts'

const debug = debuglog('modulepickle-pack')
const digestBytes = 32
/** How long one turn of the event loop may take for writing. */
const turnMs = 3
/** One write in so many looks whether its directory has become too large. */
const writesPerSweep = 64

export class CompileCache {
  readonly #chosen: string | undefined
  #directory: CacheDirectory | false | undefined
  readonly #pending = new Map<string, ModuleText>()
  readonly #writeSome = (): void => {
    this.#write(performance.now() + turnMs)
    if (this.#pending.size > 0) setImmediate(this.#writeSome)
    else process.off('exit', this.#writeRest)
  }
  readonly #writeRest = (): void => this.#write(Infinity)

  /** By default the directory that everything else is kept in. It is opened when there is something to look for. */
  constructor(directory?: string) {
    this.#chosen = directory
  }

  /** What `make` gave, in whichever process, for the same `facts` and content. `text` is the file's. */
  get(facts: readonly unknown[], sourceId: string, text: string, make: () => ModuleText): ModuleText {
    this.#directory ??= open(this.#chosen)
    if (!this.#directory) return make()
    const key = hash('sha256', JSON.stringify([toolsFingerprint(), facts, sourceId]))
    const file = path.join(this.#directory.root, 'compiled', key.slice(0, 2), key.slice(2))
    const known = readIntact(file)
    if (known) return decodeModuleText(known, text)
    const made = make()
    if (this.#pending.size === 0) {
      setImmediate(this.#writeSome)
      process.on('exit', this.#writeRest)
    }
    this.#pending.set(file, made)
    return made
  }

  /** Until that time. */
  #write(end: number): void {
    for (const [file, made] of this.#pending) {
      this.#pending.delete(file)
      if (this.#directory) this.#keep(file, encodeModuleText(made), this.#directory)
      if (performance.now() >= end) return
    }
  }

  #keep(file: string, body: Buffer, { temporary }: CacheDirectory): void {
    const draft = temporaryName(temporary)
    try {
      writeFileSync(draft, Buffer.concat([digestOf(body), body]), { flag: 'wx', mode: 0o600 })
      renameMakingDirectory(draft, file)
      if (Math.random() * writesPerSweep < 1) sweepShard(path.dirname(file))
    } catch (error) {
      debug('%s cannot be kept: %s', file, (error as Error).message)
      rmSync(draft, { force: true })
    }
  }
}

/** false where no directory is safe to use: then everything is compiled here. */
function open(directory: string | undefined): CacheDirectory | false {
  try {
    return openCacheDirectory(directory)
  } catch (error) {
    debug('nothing is kept: %s', (error as Error).message)
    return false
  }
}

function readIntact(file: string): Buffer | undefined {
  try {
    const content = readFileSync(file)
    const body = content.subarray(digestBytes)
    return digestOf(body).equals(content.subarray(0, digestBytes)) ? body : undefined
  } catch {
    return undefined
  }
}

function digestOf(body: Buffer): Buffer {
  return hash('sha256', body, 'buffer')
}
