/** How much is sent for code: nothing to speak of for what is known, and the edit for an edit, in a package of 1,000 files. */
import assert from 'node:assert/strict'
import { after, before, suite, test } from 'node:test'
import { Project } from '../support/project.ts'

const moduleCount = 1000
const directories = 20

/** 10 KB of TypeScript. The modules form a binary tree by their imports, and each counts those below it. */
function moduleText(index: number): string {
  const below = [2 * index + 1, 2 * index + 2].filter(other => other < moduleCount)
  const imports = below.map(other => `import { value as below${other} } from '${specifierOf(index, other)}'\n`).join('')
  const sum = ['1', ...below.map(other => `below${other}`)].join(' + ')
  const lines = Array.from({ length: 90 }, (_, line) => {
    const number = (index * 7919 + line * 104729) % 1_000_003
    return `export function name${line}(first: number, second: string): string {\n  return \`\${first + ${number}} of \${second} in ${index}\`\n}\n`
  })
  return `${imports}${lines.join('')}export const value: number = ${sum}\n`
}

function pathOf(index: number): string {
  return `src/part${index % directories}/module${index}.ts`
}

function specifierOf(from: number, to: number): string {
  return from % directories === to % directories ? `./module${to}.ts` : `../part${to % directories}/module${to}.ts`
}

/** Of a call, what is not about code: its message and its arguments. */
const callBytes = 128

const program = `
  import { readFileSync, writeFileSync } from 'node:fs'
  import { connect } from 'modulepickle'
  import { value, name0 } from './src/part0/module0.ts'

  const pool = await connect('local:', { workers: 1 })
  const sum = () => value
  const edit = (file, from, to) => writeFileSync(file, readFileSync(file, 'utf8').replace(from, to))
  const measured = {}
  async function measure(what, call) {
    const before = pool.stats().bytesSent
    const result = await call()
    measured[what] = [pool.stats().bytesSent - before, result]
  }
  await measure('first', () => pool.run(sum))
  await measure('the same again', () => pool.run(sum))
  await measure('a function by name, again', () => pool.run(name0, 1, 'a'))
  edit('src/part17/module517.ts', 'first + ', '3 * first + ')
  await measure('an edit of one line', () => pool.run(sum))
  edit('src/part19/module999.ts', 'number = 1', 'number = 1\\n// a line more\\nexport const more = 2')
  await measure('lines more', () => pool.run(sum))
  edit('src/part19/module999.ts', 'number = 1', 'number = 11')
  await measure('another result', () => pool.run(sum))
  await pool.close()
  console.log(JSON.stringify(measured))
`

suite('a package of 1,000 TypeScript files and 10 MB', () => {
  const project = new Project({ 'package.json': '{"name":"large","type":"module"}', 'main.ts': program })
  let measured: Readonly<Record<string, readonly [bytes: number, result: unknown]>>

  before(async () => {
    project.installModulepickle()
    const modules = Array.from({ length: moduleCount }, (_, index) => [pathOf(index), moduleText(index)] as const)
    const sizeBytes = modules.reduce((sum, [, text]) => sum + text.length, 0)
    assert.ok(sizeBytes > 9.5e6, String(sizeBytes))
    project.write(Object.fromEntries(modules))
    const { stdout, stderr, code } = await project.run('type stripping', 'main.ts', [], {
      MODULEPICKLE_CACHE: `${project.directory}-cache`,
    })
    assert.equal(code, 0, stderr)
    measured = JSON.parse(stdout) as typeof measured
  })

  after(() => project.remove())

  const within = (what: string, limit: number): void => {
    const [bytes = 0] = measured[what] ?? []
    assert.ok(bytes > 0 && bytes <= limit, `${what}: ${bytes} bytes`)
  }

  test('is sent once, a fifth of what its modules hold at most', () => {
    const [bytes = 0] = measured['first'] ?? []
    assert.ok(bytes > 1e6 && bytes < 2e6, String(bytes))
  })

  test('costs an unchanged call the name of the function', () => within('a function by name, again', 256 + callBytes))

  test('costs an edit of one line at most 2 KB in all', () => {
    within('an edit of one line', 2048)
    within('lines more', 2048)
    within('another result', 2048)
    assert.deepEqual([measured['lines more']?.[1], measured['another result']?.[1]], [1000, 1010])
  })
})
