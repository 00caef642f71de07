/**
 * Which snapshots live processes use: one file a process, a line for each of its directories. What is pinned is not collected,
 * because Node imports lazily and a function may import years after it was loaded.
 *
 * A process never removes its pins. Whoever collects tells by their names which processes have ended, however they ended.
 */
import { appendFileSync, readFileSync, rmSync, statSync, utimesSync } from 'node:fs'
import path from 'node:path'
import { debuglog } from 'node:util'
import { listDirectory } from './list-directory.ts'
import { ownName, stateOfOwner } from './process-name.ts'
import { setInterval } from '../../timers.ts'

/** Shown with NODE_DEBUG=modulepickle-materialize. */
const debug = debuglog('modulepickle-materialize')
/** A process on another host cannot be asked whether it lives; it says so itself from time to time. */
const signOfLifeMs = 60 * 60 * 1000
const maximumSilenceMs = 72 * 60 * 60 * 1000

/** Pins by this process. `name` is `<id>/<bound packages>`. A cache that cannot be written is not collected either. */
export class Pins {
  readonly #file: string
  readonly #names = new Set<string>()

  constructor(directory: string) {
    this.#file = path.join(directory, ownName)
  }

  add(name: string): void {
    if (this.#names.has(name)) return
    try {
      appendFileSync(this.#file, `${name}\n`, { mode: 0o600 })
    } catch (error) {
      debug('%s cannot be written: %s', this.#file, (error as Error).message)
      return
    }
    if (this.#names.size === 0) setInterval(() => showLife(this.#file), signOfLifeMs).unref()
    this.#names.add(name)
  }
}

function showLife(file: string): void {
  try {
    utimesSync(file, new Date(), new Date())
  } catch (error) {
    debug('%s cannot be touched: %s', file, (error as Error).message)
  }
}

/** Pinned names, and the processes that hold each. Pins of processes that have ended are removed unless `isDryRun`. */
export function readPins(directory: string, isDryRun: boolean): Map<string, string[]> {
  const holders = new Map<string, string[]>()
  for (const owner of listDirectory(directory)) {
    const file = path.join(directory, owner)
    if (hasEnded(owner, file)) {
      if (!isDryRun) rmSync(file, { force: true })
      continue
    }
    for (const name of readFileSync(file, 'utf8').split('\n')) {
      if (name !== '') holders.set(name, [...(holders.get(name) ?? []), owner])
    }
  }
  return holders
}

function hasEnded(owner: string, file: string): boolean {
  const state = stateOfOwner(owner)
  if (state !== 'unknown') return state === 'gone'
  const stat = statSync(file, { throwIfNoEntry: false })
  return stat === undefined || Date.now() - stat.mtimeMs > maximumSilenceMs
}
