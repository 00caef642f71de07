/** The receiver: loads the pickle and calls the function; prints how long `loads` took. Arguments: the file of the pickle. */
import { readFileSync } from 'node:fs'
import { loads } from '../../dist/index.js'
import { sample } from '../project/sample.mjs'

const bytes = readFileSync(process.argv[2])
const start = performance.now()
const score = await loads(bytes)
const elapsed = performance.now() - start
score(sample)
console.log(elapsed)
