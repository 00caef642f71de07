/** The same call without modulepickle; prints how long the import took. Arguments: the file of the first module. */
import { pathToFileURL } from 'node:url'
import { sample } from '../project/sample.mjs'

const start = performance.now()
const { score } = await import(pathToFileURL(process.argv[2]).href)
const elapsed = performance.now() - start
score(sample)
console.log(elapsed)
