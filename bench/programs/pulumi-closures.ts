/** Serializes the same closures with Pulumi. */
import { runtime } from '@pulumi/pulumi'
import { timeWarmAsync } from '../harness/timing.ts'
import { makeCapturing, makeTrivial } from './closures.ts'

const sizeOf = async (fn: Function): Promise<number> => Buffer.byteLength((await runtime.serializeFunction(fn)).text)

const figures = {
  'pulumi trivial': await timeWarmAsync(() => runtime.serializeFunction(makeTrivial())),
  'pulumi trivial bytes': await sizeOf(makeTrivial()),
  'pulumi capturing': await timeWarmAsync(() => runtime.serializeFunction(makeCapturing())),
  'pulumi capturing bytes': await sizeOf(makeCapturing()),
}
console.log(JSON.stringify(figures))
