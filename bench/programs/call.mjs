/** Imports the function, and calls it in a worker. Arguments: the file of the first module. */
import { pathToFileURL } from 'node:url'
import { connect } from '../../dist/index.js'
import { sample } from '../project/sample.mjs'

const pool = await connect('local:')
const { score } = await import(pathToFileURL(process.argv[2]).href)
await pool.run(score, sample)
await pool.close()
