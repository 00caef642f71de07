/** Pickles closures again and again. */
import { dumps } from '../../dist/index.js'
import { timeWarm } from '../harness/timing.ts'
import { makeCapturing, makeTrivial } from './closures.ts'

const figures = {
  'dumps trivial': timeWarm(() => dumps(makeTrivial())),
  'dumps trivial bytes': dumps(makeTrivial()).length,
  'dumps capturing': timeWarm(() => dumps(makeCapturing())),
  'dumps capturing bytes': dumps(makeCapturing()).length,
}
console.log(JSON.stringify(figures))
