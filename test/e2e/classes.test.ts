/**
 * Classes by value and their instances, from every loader to a fresh process that has none of the sources, and from there to a
 * third one.
 */
import assert from 'node:assert/strict'
import { cpSync, mkdirSync, readFileSync, rmSync } from 'node:fs'
import path from 'node:path'
import { after, before, suite, test } from 'node:test'
import { transformSync } from 'esbuild'
import { Project, repository, runNode, type Loader } from '../support/project.ts'

const fixture = path.join(repository, 'test/fixtures/classes')
const program = readFileSync(path.join(fixture, 'main.ts'), 'utf8')
const installed = {
  'node_modules/meters/package.json': '{"name":"meters","version":"1.0.0","type":"module","main":"index.js"}',
  'node_modules/meters/index.js': readFileSync(path.join(fixture, 'meters.js'), 'utf8'),
}
const names = [...program.matchAll(/^ *cases\['(.*?)'\]/gm)].map(match => match[1]!)

for (const loader of ['plain ESM', 'tsx ESM', 'tsx CommonJS', 'type stripping'] satisfies Loader[]) {
  suite(`classes from ${loader}`, () => {
    let receiver: Project
    let outcomes: Record<string, string>
    let onwards: Record<string, string>

    before(async () => {
      const sender = new Project({
        'package.json': JSON.stringify({ name: 'app', type: loader === 'tsx CommonJS' ? 'commonjs' : 'module' }),
      })
      const main = loader === 'plain ESM' ? 'main.js' : 'main.ts'
      sender.installModulepickle()
      sender.write(installed)
      for (const name of ['main.ts', 'shape.ts']) {
        const text = readFileSync(path.join(fixture, name), 'utf8')
        if (main === 'main.ts') sender.write({ [name]: text })
        else sender.write({ [name.replace('.ts', '.js')]: plain(text) })
      }
      receiver = new Project({ 'package.json': '{"name":"receiver","type":"module"}' })
      receiver.installModulepickle()
      receiver.write(installed)
      const sent = await sender.run(loader, main, [receiver.path('pickles.json')])
      assert.equal(sent.code, 0, sent.stderr)
      rmSync(sender.directory, { recursive: true })
      cpSync(path.join(fixture, 'receive.mjs'), receiver.path('receive.mjs'))
      outcomes = await receive(receiver, 'cache', ['pickles.json', 'onwards.json'])
      onwards = await receive(receiver, 'another cache', ['onwards.json'])
    })

    after(() => receiver.remove())

    for (const name of names) {
      test(name, () => {
        assert.equal(outcomes[name], 'ok')
        assert.equal(onwards[name], 'ok', 'sent onwards')
      })
    }
  })
}

async function receive(receiver: Project, cache: string, files: readonly string[]): Promise<Record<string, string>> {
  mkdirSync(receiver.path(cache), { mode: 0o700 })
  const args = [receiver.path('receive.mjs'), ...files.map(file => receiver.path(file))]
  const received = await runNode(process.execPath, args, {
    cwd: receiver.directory,
    env: { MODULEPICKLE_CACHE: receiver.path(cache) },
  })
  assert.equal(received.code, 0, received.stderr)
  return JSON.parse(received.stdout) as Record<string, string>
}

function plain(text: string): string {
  return transformSync(text, { loader: 'ts', format: 'esm' }).code.replaceAll(/\.ts(["'])/g, '.js$1')
}
