/**
 * The same versions as esbuild bundles, each imported into one process that goes on running. Arguments: a directory to work in.
 */
import { mkdirSync } from 'node:fs'
import path from 'node:path'
import { pathToFileURL } from 'node:url'
import { buildSync } from 'esbuild'
import { diskBytes, redeploys, treeMemoryBytes } from '../harness/leftovers.ts'
import { RedeployedPackage, totalOf } from '../project/redeployed.ts'

const [directory = ''] = process.argv.slice(2)
const project = new RedeployedPackage(path.join(directory, 'project'))
const bundles = path.join(directory, 'bundles')
mkdirSync(bundles)

async function deploy(from: number, to: number): Promise<void> {
  for (let version = from; version <= to; version++) {
    project.write(version)
    const outfile = path.join(bundles, `${version}.mjs`)
    buildSync({ entryPoints: [project.main], bundle: true, platform: 'node', format: 'esm', outfile })
    const { total } = (await import(pathToFileURL(outfile).href)) as { total: () => number }
    if (total() !== totalOf(version)) throw new Error(`version ${version} gave ${total()}`)
  }
}

await deploy(1, redeploys.first)
const before = { memory: treeMemoryBytes(), disk: diskBytes(bundles) }
const started = performance.now()
await deploy(redeploys.first + 1, redeploys.all)
const elapsed = performance.now() - started
console.log(
  JSON.stringify({
    'esbuild redeploy': elapsed / (redeploys.all - redeploys.first),
    'esbuild memory': Math.max(0, treeMemoryBytes() - before.memory),
    'esbuild disk': diskBytes(bundles) - before.disk,
  }),
)
