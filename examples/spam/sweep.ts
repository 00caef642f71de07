/** A spam filter, cross-validated with every setting over 6,046 real e-mails, in parallel: the whole program. */
import { connect } from 'modulepickle'
import { emails } from './corpus.ts'
import { crossValidate, type Result } from './filter/cross-validate.ts' // your code, importing more of your code

export const pool = await connect() // workers on this machine, or where MODULEPICKLE_TARGET says

const grid = [1, 2].flatMap(words =>
  [false, true].flatMap(dropCommon => [1, 0.1, 0.01].map(smoothing => ({ words, dropCommon, smoothing }))),
)
export const jobs = grid.map(settings => ({ emails, settings })) // what a call is given travels with it

export async function sweep(show: (result: Result) => void): Promise<void> {
  for await (const result of pool.map(crossValidate, jobs)) show(result)
}
