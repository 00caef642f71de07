/**
 * A package that is deployed again and again, each version called once on one local worker: what that takes and leaves.
 * Arguments: a directory to work in. The cache is where MODULEPICKLE_CACHE says.
 */
import { pathToFileURL } from 'node:url'
import { connect } from '../../dist/index.js'
import { diskBytes, redeploys, treeMemoryBytes } from '../harness/leftovers.ts'
import { RedeployedPackage, totalOf } from '../project/redeployed.ts'

const [directory = ''] = process.argv.slice(2)
const cache = process.env['MODULEPICKLE_CACHE'] ?? ''
const project = new RedeployedPackage(directory)
const { total } = (await import(pathToFileURL(project.main).href)) as { total: () => number }
const pool = await connect('local:', { workers: 1 })

async function deploy(from: number, to: number): Promise<void> {
  for (let version = from; version <= to; version++) {
    project.write(version)
    const result = await pool.run(total)
    if (result !== totalOf(version)) throw new Error(`version ${version} gave ${result}`)
  }
}

/** Workers of versions that are past end beside the calls, and the next one starts ahead. */
const settled = (): Promise<void> => new Promise(resolve => setTimeout(resolve, 1000))

await deploy(1, redeploys.first)
await settled()
const before = { memory: treeMemoryBytes(), disk: diskBytes(cache), sent: pool.stats().bytesSent }
const started = performance.now()
await deploy(redeploys.first + 1, redeploys.all)
const elapsed = performance.now() - started
const count = redeploys.all - redeploys.first
await settled()
const figures = {
  'our redeploy': elapsed / count,
  'our bytes': (pool.stats().bytesSent - before.sent) / count,
  'our memory': Math.max(0, treeMemoryBytes() - before.memory),
  'our disk': diskBytes(cache) - before.disk,
}
await pool.close()
console.log(JSON.stringify(figures))
