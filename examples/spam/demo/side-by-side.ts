/**
 * The point of the demo: a module is edited while the pool runs, and the old and the new code answer side by side.
 * It must fail when the old answer changed, or the new one did not.
 */
import path from 'node:path'
import { pathToFileURL } from 'node:url'
import { isDeepStrictEqual } from 'node:util'
import type { Result } from '../filter/cross-validate.ts'
import { editTokenizer } from './edit.ts'
import { type Measured, measure } from './measure.ts'
import { type Program, best } from './program.ts'
import { describe, scoreCells, scoreHead } from './scores.ts'
import { block, heading, print, table } from './terminal.ts'

type Filter = typeof import('../filter/cross-validate.ts')

/** Edits the tokenizer in `directory`, where the program was started from; `results` are those of its sweep. */
export async function showEdit({ pool, jobs }: Program, directory: string, results: readonly Result[]): Promise<void> {
  const { crossValidate } = await importFilter(directory)
  const { settings } = best(results.filter(result => result.settings.words === 1))
  const job = jobs.find(job => isDeepStrictEqual(job.settings, settings))
  if (job === undefined) throw new Error('The sweep gave a result for settings that it was not asked for.')

  heading('Now the filter is edited. Nothing is restarted.')
  block(['const old = pool.remote(crossValidate)', ''])
  const old = pool.remote(crossValidate)
  // The same call with nothing changed, so that what the edit costs can be told from what the call costs.
  const before = await measure(pool, () => pool.run(crossValidate, job))

  block(editTokenizer(directory), line => (line.startsWith('+') ? 'green' : line.startsWith('-') ? 'red' : 'dim'))
  const after = await measure(pool, () => pool.run(crossValidate, job))
  const pinned = await old(job)

  print(`\n    job: ${describe(settings)}, the best of the filters that read single words\n`)
  table(
    ['', ...scoreHead],
    [
      ['await old(job)', ...scoreCells(pinned.score)],
      ['await pool.run(crossValidate, job)', ...scoreCells(after.result.score)],
    ],
  )
  showCost(before, after)
  if (!isDeepStrictEqual(pinned, before.result)) throw new Error('old() no longer answers as it did before the edit.')
  if (isDeepStrictEqual(pinned, after.result)) throw new Error('pool.run() still answers as it did before the edit.')
}

/** The very module that the program in `directory` has loaded. */
async function importFilter(directory: string): Promise<Filter> {
  return (await import(pathToFileURL(path.join(directory, 'filter', 'cross-validate.ts')).href)) as Filter
}

function showCost(before: Measured<Result>, after: Measured<Result>): void {
  const files = after.filesSent === 1 ? '1 file' : `${after.filesSent} files`
  const bytes = (after.bytesSent - before.bytesSent).toLocaleString('en')
  print(`
    sent for the edit: ${files}, ${bytes} bytes more than the same call before it
    from edit to result: ${after.elapsedMs.toFixed(0)} ms; the same call before it: ${before.elapsedMs.toFixed(0)} ms`)
}
