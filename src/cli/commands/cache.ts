/**
 * `modulepickle cache`: what the cache of this user holds, and removing it.
 */
import type { CacheListing, Collected } from '../../snapshot/materialize/collect.ts'
import { UsageError, type Command, type Input } from '../command.ts'
import { exitCodes } from '../exit-codes.ts'
import { takeWords } from '../parse.ts'
import { suggestion } from '../suggest.ts'

const verbs = ['ls', 'gc', 'clear']

export const cache: Command = {
  name: 'cache',
  usage: 'ls|gc|clear [options]',
  summary: 'Lists, collects or clears the snapshots and packages that were sent to this machine',
  details: [
    'ls lists them; gc removes what was not used for long and what is too much, as also happens by itself once a day; clear ' +
      'removes all. What a running process uses is never removed. The directory is the one that MODULEPICKLE_CACHE names, or your own.',
  ],
  options: {
    'max-age': { value: 'DAYS', what: 'gc: snapshots that were not used for longer go (30)' },
    'max-size': {
      value: 'MB',
      what: 'gc: of the others, the least recently used go until no more than this is left (5120)',
    },
    'dry-run': { what: 'gc, clear: tells what would be removed' },
    json: { what: 'as JSON' },
  },
  examples: [
    ['cache ls', 'snapshots, most recently used first'],
    ['cache gc --max-size 500 --dry-run', 'what would go'],
  ],
  async run(input, terminal) {
    const [verb = ''] = takeWords(input, [verbs.join(', ')])
    if (!verbs.includes(verb)) throw new UsageError(`cache has no ${verb}.${suggestion(verb, verbs)}`)
    const { clearCache, collectCache, listCache } = await import('../../snapshot/materialize/collect.ts')
    const isDryRun = input.has('dry-run')
    checkOptions(verb, input)
    if (verb === 'ls') {
      const listing = listCache()
      terminal.out(input.has('json') ? asJson(listing) : renderListing(listing))
    } else {
      const collected = verb === 'clear' ? clearCache({ isDryRun }) : collectCache({ isDryRun, ...limits(input) })
      terminal.out(input.has('json') ? asJson(collected) : renderCollected(collected, isDryRun))
    }
    return exitCodes.ok
  },
}

/** An option that a verb does not know would be a slip that nobody notices. */
const optionsOf: Readonly<Record<string, readonly string[]>> = {
  ls: [],
  gc: ['max-age', 'max-size', 'dry-run'],
  clear: ['dry-run'],
}

function checkOptions(verb: string, input: Input): void {
  for (const option of ['max-age', 'max-size', 'dry-run']) {
    const isGiven = option === 'dry-run' ? input.has(option) : input.value(option) !== undefined
    if (isGiven && !optionsOf[verb]?.includes(option)) throw new UsageError(`cache ${verb} has no option --${option}.`)
  }
}

const dayMs = 24 * 60 * 60 * 1000
const megabyte = 1024 ** 2

function limits(input: Input): { maxAgeMs?: number; maxSizeBytes?: number } {
  const days = quantity(input, 'max-age')
  const megabytes = quantity(input, 'max-size')
  return {
    ...(days !== undefined && { maxAgeMs: days * dayMs }),
    ...(megabytes !== undefined && { maxSizeBytes: megabytes * megabyte }),
  }
}

function quantity(input: Input, option: string): number | undefined {
  const text = input.value(option)
  if (text === undefined) return undefined
  const count = Number(text)
  if (text !== '' && count >= 0) return count
  throw new UsageError(`--${option} has to be a number, and is ${JSON.stringify(text)}.`)
}

function renderListing({ directory, sizeBytes, snapshots }: CacheListing): string {
  const seen = new Set<string>()
  const lines = snapshots.map(({ id, package: name, sizeBytes: own, lastUsed, pinnedBy }) => {
    const label = name ?? (seen.has(id) ? 'the same with other installed packages' : '')
    seen.add(id)
    const use = pinnedBy.length > 0 ? `in use by ${pinnedBy.length}` : lastUsed.toISOString().slice(0, 16)
    return `${id.slice(0, 16)}  ${size(own).padStart(9)}  ${use.padEnd(16)}  ${label}`.trimEnd()
  })
  return `${[...lines, `${directory}: ${countsOf(snapshots)}, ${size(sizeBytes)}`].join('\n')}\n`
}

function renderCollected({ removed, removedObjects, freedBytes, youngBytes }: Collected, isDryRun: boolean): string {
  const did = isDryRun ? 'Would remove' : 'Removed'
  const stays = youngBytes === 0 ? '' : ` Objects of the last hour stay: ${size(youngBytes)}.`
  return `${did} ${countsOf(removed)} and ${removedObjects} objects, ${size(freedBytes)}.${stays}\n`
}

function countsOf(kept: readonly { readonly package?: string }[]): string {
  const packages = kept.filter(each => each.package !== undefined).length
  const snapshots = `${kept.length - packages} snapshots`
  return packages === 0 ? snapshots : `${snapshots}, ${packages} installed packages`
}

function size(bytes: number): string {
  if (bytes < 1024) return `${bytes} B`
  return bytes < megabyte ? `${(bytes / 1024).toFixed(1)} kB` : `${(bytes / megabyte).toFixed(1)} MB`
}

function asJson(value: unknown): string {
  return `${JSON.stringify(value, undefined, 2)}\n`
}
