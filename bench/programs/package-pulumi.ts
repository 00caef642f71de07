/**
 * Serializes the same function with Pulumi, which takes the modules along by value.
 * Arguments: the directory of the package.
 */
import path from 'node:path'
import { pathToFileURL } from 'node:url'
import { runtime } from '@pulumi/pulumi'
import { timeOnce } from '../harness/timing.ts'

const first = path.join(process.argv[2]!, 'modules', 'module000.ts')
const { score } = (await import(pathToFileURL(first).href)) as { score: Function }
let text = ''
const figures = {
  'first serializeFunction': await timeOnce(async () => ({ text } = await runtime.serializeFunction(score))),
  'second serializeFunction': await timeOnce(async () => ({ text } = await runtime.serializeFunction(score))),
  'serializeFunction bytes': Buffer.byteLength(text),
}
console.log(JSON.stringify(figures))
