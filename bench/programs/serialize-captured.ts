/** Serializes what the closures capture, without the functions, which V8 refuses. */
import { serialize } from 'node:v8'
import { timeWarm } from '../harness/timing.ts'
import { captured, graph, samples } from './closures.ts'

const figures = {
  'v8 nothing': timeWarm(() => serialize({})),
  'v8 nothing bytes': serialize({}).length,
  'v8 captured': timeWarm(() => serialize({ ...captured })),
  'v8 captured bytes': serialize({ ...captured }).length,
  'v8 samples': timeWarm(() => serialize(samples)),
  'v8 samples bytes': serialize(samples).length,
  'v8 graph': timeWarm(() => serialize(graph)),
  'v8 graph bytes': serialize(graph).length,
}
console.log(JSON.stringify(figures))
