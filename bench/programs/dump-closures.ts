/** Pickles closures and classes again and again. */
import vm from 'node:vm'
import { dumps, loadsSync } from '../../dist/index.js'
import { timeWarm } from '../harness/timing.ts'
import { makeCapturing, makeClass, makeOverGraph, makeOverSamples, makeTrivial } from './closures.ts'

const literals = 5000
const Point = makeClass()
const trivial = dumps(makeTrivial())

const figures = {
  'dumps trivial': timeWarm(() => dumps(makeTrivial())),
  'dumps trivial bytes': trivial.length,
  'loads trivial': timeWarm(() => loadsSync(trivial)),
  'dumps capturing': timeWarm(() => dumps(makeCapturing())),
  'dumps capturing bytes': dumps(makeCapturing()).length,
  'dumps literals': timeLiterals(),
  'dumps class': timeWarm(() => dumps(makeClass())),
  'dumps class bytes': dumps(makeClass()).length,
  'dumps instance': timeWarm(() => dumps(new Point(3, 4))),
  'dumps instance bytes': dumps(new Point(3, 4)).length,
  'dumps samples': timeWarm(() => dumps(makeOverSamples())),
  'dumps samples bytes': dumps(makeOverSamples()).length,
  'dumps graph': timeWarm(() => dumps(makeOverGraph())),
  'dumps graph bytes': dumps(makeOverGraph()).length,
}
console.log(JSON.stringify(figures))

/** The time of one, each of a literal that no dumps has met; of a script that one has. */
function timeLiterals(): number {
  const text = Array.from({ length: literals + 1 }, (_, index) => `x => x + ${index}`).join(',\n')
  const closures = vm.runInThisContext(`[${text}]`) as (() => unknown)[]
  dumps(closures.pop())
  const start = performance.now()
  for (const closure of closures) dumps(closure)
  return (performance.now() - start) / literals
}
