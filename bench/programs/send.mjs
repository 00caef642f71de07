/** The sender: pickles the function. Arguments: the directory of the package, the file for the pickle. */
import { writeFileSync } from 'node:fs'
import { pathToFileURL } from 'node:url'
import { dumps } from '../../dist/index.js'

const [directory, pickle] = process.argv.slice(2)
const { score } = await import(pathToFileURL(`${directory}/modules/module000.ts`).href)
writeFileSync(pickle, dumps(score))
