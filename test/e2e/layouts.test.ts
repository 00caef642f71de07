/** Functions of projects in every layout run in a process that has nothing of them. */
import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { copyFileSync, mkdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { after, before, suite, test } from 'node:test'
import { pathToFileURL } from 'node:url'
import { layouts, type Layout } from '../support/layouts.ts'
import { Project, repository, runNode, tsxHooks, type Finished } from '../support/project.ts'

const sendModules =
  "import { dumps } from 'modulepickle'\nimport { writeFileSync as write } from 'node:fs'\nconst send = (f) => write(process.env.OUT, dumps(f))\n"
const sendScripts =
  "const send = f => require('node:fs').writeFileSync(process.env.OUT, require('modulepickle').dumps(f))\n"

const receive = `
import { readFileSync } from 'node:fs'
const { loads } = await import(process.argv[2])
const results = {}
for (const file of process.argv.slice(3)) {
  try {
    results[file] = await (await loads(readFileSync(file)))()
  } catch (error) {
    results[file] = String(error.stack)
  }
}
console.log(JSON.stringify(results))`

/** Runs the program of a layout in a directory that is gone afterwards; what it pickles is in `out`. */
async function sendFrom(
  { loader, files, main, cwd = '.', flags = [], copies = {}, links = {} }: Layout,
  out: string,
): Promise<Finished> {
  const above = new Project({})
  const project = above.path('project')
  try {
    for (const [name, text] of Object.entries(files)) {
      const file = path.join(project, name)
      mkdirSync(path.dirname(file), { recursive: true })
      const isScript = loader === 'plain CommonJS'
      const typed = isScript
        ? sendScripts
        : main.endsWith('.ts')
          ? sendModules.replace('(f)', '(f: unknown)').replace('OUT', 'OUT!')
          : sendModules
      writeFileSync(file, name === main ? typed + text : text)
    }
    for (const [name, original] of Object.entries(copies)) {
      mkdirSync(path.dirname(path.join(project, name)), { recursive: true })
      copyFileSync(original, path.join(project, name))
    }
    for (const [link, target] of Object.entries({ ...links, 'node_modules/modulepickle': repository })) {
      mkdirSync(path.dirname(path.join(project, link)), { recursive: true })
      symlinkSync(target, path.join(project, link))
    }
    const directory = path.join(project, cwd)
    const options = { cwd: directory, env: { OUT: out } }
    if (main === '-') return await typeIntoRepl(files[main]!, options)
    return await runNode(process.execPath, [...flags, ...tsxHooks(loader), path.join(directory, main)], options)
  } finally {
    above.remove()
  }
}

const sendFromRepl =
  "const { dumps } = await import('modulepickle')\nconst send = f => fs.writeFileSync(process.env.OUT, dumps(f))\n"

async function typeIntoRepl(lines: string, { cwd, env }: { cwd: string; env: NodeJS.ProcessEnv }): Promise<Finished> {
  const repl = spawn(process.execPath, ['--interactive'], { cwd, env: { ...process.env, ...env }, stdio: 'pipe' })
  const open = [...(sendFromRepl + lines).trim().split('\n'), '.exit']
  let stdout = ''
  // One line at each prompt: the REPL does not wait for what a line awaits.
  repl.stdout.setEncoding('utf8').on('data', (text: string) => {
    stdout += text
    if (text.endsWith('> ')) repl.stdin.write(`${open.shift() ?? ''}\n`)
  })
  const [code] = (await once(repl, 'close')) as [number]
  return { stdout, stderr: /Uncaught[^]*/.exec(stdout)?.[0] ?? '', code }
}

suite('a function arrives from', () => {
  const results: Record<string, unknown> = {}
  const sent = new Map<string, Finished>()
  let there: Project

  before(async () => {
    there = new Project({ 'receive.mjs': receive })
    const outs = new Map(Object.keys(layouts).map((name, index) => [name, there.path(`${index}.pkl`)]))
    const open = Object.entries(layouts)
    const sendNext = async (): Promise<void> => {
      for (let next = open.shift(); next; next = open.shift()) {
        const [name, layout] = next
        sent.set(name, await sendFrom(layout, outs.get(name)!))
      }
    }
    await Promise.all([sendNext(), sendNext(), sendNext()])
    const arrived = [...outs].filter(([name]) => sent.get(name)?.code === 0)
    const entry = pathToFileURL(path.join(repository, 'dist/index.js')).href
    const { stdout, stderr } = await runNode(
      process.execPath,
      [there.path('receive.mjs'), entry, ...arrived.map(([, file]) => file)],
      { cwd: there.directory, env: { MODULEPICKLE_CACHE: there.path('cache') } },
    )
    assert.match(stdout, /^\{.*\}\n$/, stderr)
    const answers = JSON.parse(stdout) as Record<string, unknown>
    for (const [name, file] of arrived) results[name] = answers[file]
  })

  after(() => rmSync(there.directory, { recursive: true, force: true }))

  for (const name of Object.keys(layouts)) {
    test(name, () => {
      assert.equal(sent.get(name)?.stderr, '')
      assert.equal(String(results[name]).replace(/^ok0$/, 'ok'), 'ok')
    })
  }
})
