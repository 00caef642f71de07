/**
 * The program of test/fixtures/places, run in some place (a loader, a test runner, a thread); and what a fresh process, which has
 * none of its sources, makes of what it pickled there.
 */
import assert from 'node:assert/strict'
import { cpSync, existsSync, mkdirSync, readFileSync, rmSync } from 'node:fs'
import path from 'node:path'
import { test } from 'node:test'
import { Project, repository, runNode } from './project.ts'
import { howItTravels } from './referenced.ts'
import { unless } from './requirements.ts'

const fixture = path.join(repository, 'test/fixtures/places')
const tools = path.join(repository, 'test/compat/node_modules')

/** The tools of test/compat are there, or this is why a test is skipped. */
export function unlessTool(name: string): false | string {
  return unless(existsSync(path.join(tools, name)), name, 'Run `npm ci` in test/compat.')
}

/** A file of a tool of test/compat. */
export function toolFile(name: string): string {
  return path.join(tools, name)
}

export function source(name: string): string {
  return readFileSync(path.join(fixture, name), 'utf8')
}

export interface Place {
  readonly files: Readonly<Record<string, string>>
  /** The file that holds the program. */
  readonly root: string
  /** What Node is run with. */
  readonly args: readonly string[]
  readonly env?: NodeJS.ProcessEnv
  readonly node?: string
  /** Packages to link, besides modulepickle: a directory by name. */
  readonly packages?: Readonly<Record<string, string>>
  /** How local functions and classes travel, if not by their names: in a bundle, all modules are part of the entry. */
  readonly travels?: Readonly<Record<string, string>>
  /** The name of the root in stack traces, where that is not its file's. */
  readonly shownAs?: string
  /** What is written to the program's standard input. */
  readonly input?: string
  /** What the receiver's Node is run with. */
  readonly receiverFlags?: readonly string[]
}

const references: Readonly<Record<string, string>> = {
  'an exported function': 'reference snapshot:/lib.js total',
  'a function that is not exported': 'reference snapshot:/lib.js #hidden',
  'an anonymous default export': 'reference snapshot:/lib.js default',
  'a class': 'reference snapshot:/lib.js Basket',
}

/** Declares the tests of one place. */
export function testPlace(name: string, place: Place, skip: false | string = false): void {
  test(`${name}: what it pickles is the same in a process without its sources`, { skip }, async () => {
    const sender = new Project({ 'package.json': '{"name":"app","type":"module"}', ...place.files })
    const receiver = new Project({ 'package.json': '{"name":"receiver","type":"module"}' })
    try {
      sender.installModulepickle()
      for (const [tool, directory] of Object.entries(place.packages ?? {})) sender.install(tool, directory)
      const line = sender.lineOf(place.root, 'on a line of its own')
      const output = receiver.path('sent.json')
      for (const each of [sender, receiver]) mkdirSync(each.path('cache'), { mode: 0o700 })
      const sent = await runNode(place.node ?? process.execPath, place.args, {
        cwd: sender.directory,
        env: { PLACES_OUTPUT: output, MODULEPICKLE_CACHE: sender.path('cache'), ...place.env },
        ...(place.input === undefined ? {} : { input: place.input }),
      })
      assert.equal(sent.code, 0, sent.stdout + sent.stderr)
      const pickles = JSON.parse(readFileSync(output, 'utf8')) as Record<string, { single: string }>
      rmSync(sender.directory, { recursive: true })
      const outcomes = await receive(receiver, output, place)
      const expected = Object.fromEntries(Object.keys(outcomes).map(each => [each, 'ok']))
      const { 'an error with the line of the root': thrown, ...others } = outcomes
      // A minifier has its own names.
      const [, name = '', where] = /^at \w+ \((.*):(\d+):\d+\)$/.exec(thrown ?? '') ?? []
      assert.equal(`${path.basename(name)}:${where}`, `${place.shownAs ?? path.basename(place.root)}:${line}`)
      delete expected['an error with the line of the root']
      assert.deepEqual(others, expected)
      const travels = Object.keys(references).map(each => [
        each,
        howItTravels(Buffer.from(pickles[each]!.single, 'base64')),
      ])
      assert.deepEqual(Object.fromEntries(travels), place.travels ?? references)
    } finally {
      sender.remove()
      receiver.remove()
    }
  })
}

async function receive(
  receiver: Project,
  output: string,
  { receiverFlags = [], env }: Place,
): Promise<Record<string, string>> {
  receiver.installModulepickle()
  cpSync(path.join(fixture, 'receive.mjs'), receiver.path('receive.mjs'))
  const { stdout, stderr, code } = await runNode(
    process.execPath,
    [...receiverFlags, receiver.path('receive.mjs'), output],
    {
      cwd: receiver.directory,
      env: { ...env, MODULEPICKLE_CACHE: receiver.path('cache') },
    },
  )
  assert.equal(code, 0, stderr)
  return JSON.parse(stdout) as Record<string, string>
}
