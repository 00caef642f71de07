/** Text that was loaded and files that have changed since: dumps() says so, and only then. */
import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { Project, type Loader } from '../support/project.ts'

const program = `
import { appendFileSync, readFileSync, utimesSync, writeFileSync } from 'node:fs'
import { connect, dumps } from 'modulepickle'
import { named } from './named.EXT'
import { other } from './other.EXT'
const codes: string[] = []
process.on('warning', warning => {
  const { code, message } = warning as Error & { code?: string }
  if (code === 'ERR_CODE_CHANGED') codes.push(/([a-z]+)\\.EXT has changed/.exec(message)?.[1] ?? message)
})
const seen: Record<string, unknown> = {}
const attempt = async (what: string, value: unknown, options = {}): Promise<void> => {
  codes.length = 0
  try { dumps(value, options) } catch (error) { codes.push((error as { code: string }).code) }
  await new Promise(resolve => setImmediate(resolve))
  seen[what] = [...codes]
}
const limit = 2
const byValue = (): number => limit
const naming = (): number => named() + limit
const file = (name: string): URL => new URL('./' + name + '.EXT', import.meta.url)
await attempt('before', [byValue, naming])
writeFileSync(file('named'), readFileSync(file('named')))
await attempt('touched', naming)
appendFileSync(file('other'), '// changed\\n')
appendFileSync(file('named'), '// changed\\n')
await attempt('by reference', named)
await attempt('not named', byValue)
await attempt('named', naming)
await attempt('named again', naming)
await attempt('refused', naming, { changed: 'refuse' })
const called: string[] = []
for (const target of ['local:', 'inline:'] as const) {
  const pool = await connect(target, { changed: 'refuse' })
  called.push(await pool.run(named).then(String, error => error.code))
  called.push(await pool.run(naming).then(String, error => error.code))
  await pool.close()
}
seen['calls'] = called
appendFileSync(file('main'), '// changed\\n')
await attempt('own file', byValue)
writeFileSync(file('main'), readFileSync(file('main'), 'utf8').replace('// changed\\n', ''))
await attempt('changed back', byValue)
console.log(JSON.stringify(seen))
void [utimesSync, other]
`

suite('code that has changed since it was loaded', () => {
  for (const loader of ['plain ESM', 'type stripping', 'tsx ESM'] satisfies Loader[]) {
    test(loader, async () => {
      const extension = loader === 'plain ESM' ? 'js' : 'ts'
      const plain = (text: string): string => {
        const typeless = text.replaceAll(
          /: (?:string\[\]|Record<string, unknown>|unknown|string|number|URL|Promise<void>)(?=[ ,)=])/g,
          '',
        )
        const castless = typeless
          .replaceAll(' as const', '')
          .replaceAll(/\((\w+) as [^)]*\)/g, '$1')
          .replace(/warning as Error[^\n]*/, 'warning')
        return loader === 'plain ESM' ? castless : text
      }
      const project = new Project({
        'package.json': '{ "name": "changing", "type": "module" }',
        [`main.${extension}`]: plain(program.replaceAll('EXT', extension)),
        [`named.${extension}`]: plain('export const named = (): number => 1\n'),
        [`other.${extension}`]: plain('export const other = (): number => 1\n'),
      })
      try {
        project.installModulepickle()
        const { stdout, stderr } = await project.run(loader, `main.${extension}`)
        assert.match(stdout, /^\{/, stderr)
        assert.deepEqual(JSON.parse(stdout), {
          before: [],
          touched: [],
          'by reference': [],
          'not named': [],
          named: ['named'],
          'named again': [],
          refused: ['ERR_CODE_CHANGED'],
          calls: ['1', 'ERR_CODE_CHANGED', '1', 'ERR_CODE_CHANGED'],
          'own file': ['main'],
          'changed back': [],
        })
      } finally {
        project.remove()
      }
    })
  }
})
