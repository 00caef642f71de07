/**
 * 1,000 versions of one package of 100 modules, each called once on one local worker: what that leaves in memory and on the disk.
 * Arguments: a directory to work in. Prints figures as JSON.
 */
import { lstatSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { pathToFileURL } from 'node:url'
import { connect } from '../../dist/index.js'

const [directory = ''] = process.argv.slice(2)
const versions = Number(process.env['VERSIONS'] ?? 1000)
const cache = process.env['MODULEPICKLE_CACHE'] ?? ''

const modules = 100
mkdirSync(path.join(directory, 'src'), { recursive: true })
writeFileSync(path.join(directory, 'package.json'), '{"name":"redeployed","type":"module"}')
for (let index = 0; index < modules; index++) {
  const next = index + 1 < modules ? `import { sum as below } from './m${index + 1}.js'\n` : 'const below = 0\n'
  const text = Array.from({ length: 60 }, (_, line) => `export const text${line} = 'module ${index}, line ${line}'\n`)
  writeFileSync(
    path.join(directory, `src/m${index}.js`),
    `${next}${text.join('')}const own = 1\nexport const sum = own + below\nexport const total = () => sum\n`,
  )
}
const file = path.join(directory, 'src/m50.js')
const source = readFileSync(file, 'utf8')
const { total } = (await import(pathToFileURL(path.join(directory, 'src/m0.js')).href)) as { total: () => number }

const pool = await connect('local:', { workers: 1 })
const memory = (): number => {
  globalThis.gc?.()
  return process.memoryUsage().heapUsed / 1e6
}
const workerMemory = (): Promise<number> => pool.run(() => process.memoryUsage().rss / 1e6)
await pool.run(total)
const before = { heap: memory(), worker: await workerMemory(), disk: diskOf(cache), sent: pool.stats().bytesSent }
const started = performance.now()
for (let version = 1; version <= versions; version++) {
  writeFileSync(file, source.replace('own = 1', `own = ${version}`))
  const result = await pool.run(total)
  if (result !== modules - 1 + version) throw new Error(`version ${version} gave ${result}`)
}
const elapsed = performance.now() - started
const sent = pool.stats().bytesSent - before.sent
const after = { heap: memory(), worker: await workerMemory(), disk: diskOf(cache) }
console.log(
  JSON.stringify({
    'a redeploy, ms': elapsed / versions,
    'bytes sent a redeploy': sent / versions,
    'sender heap, MB more': after.heap - before.heap,
    'worker, MB more': after.worker - before.worker,
    'disk, MB more': (after.disk - before.disk) / 1e6,
  }),
)
await pool.close()

/** As du: what the blocks take, each file once. */
function diskOf(root: string): number {
  const seen = new Set<number>()
  let bytes = 0
  for (const name of readdirSync(root, { recursive: true, encoding: 'utf8' })) {
    const stat = lstatSync(path.join(root, name))
    if (seen.has(stat.ino)) continue
    seen.add(stat.ino)
    bytes += stat.blocks * 512
  }
  return bytes
}
