/** Serializes the same closures with Pulumi. */
import { runtime } from '@pulumi/pulumi'
import { timeWarmAsync } from '../harness/timing.ts'
import { makeCapturing, makeClass, makeTrivial } from './closures.ts'

const sizeOf = async (fn: Function): Promise<number> => Buffer.byteLength((await runtime.serializeFunction(fn)).text)

const figures = {
  'pulumi trivial': await timeWarmAsync(() => runtime.serializeFunction(makeTrivial())),
  'pulumi trivial bytes': await sizeOf(makeTrivial()),
  'pulumi capturing': await timeWarmAsync(() => runtime.serializeFunction(makeCapturing())),
  'pulumi capturing bytes': await sizeOf(makeCapturing()),
  'pulumi class': await timeWarmAsync(() => runtime.serializeFunction(makeClass())),
  'pulumi class bytes': await sizeOf(makeClass()),
}
console.log(JSON.stringify(figures))
