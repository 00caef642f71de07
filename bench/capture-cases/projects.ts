/**
 * The directories of a run: a sender with a fixture and what it imports, and a receiver with nothing but installed packages.
 *
 * The fixtures are ES modules. For a peer that reads CommonJS they become what esbuild makes of them, which is what its users
 * run; for livepack, whose require hook turns them into CommonJS itself, they only lose the `type` of their package.
 */
import { cpSync, mkdirSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { transformSync } from 'esbuild'
import { fixtures, fixtureText } from './fixture.ts'
import type { Group } from './groups.ts'
import type { Format } from './peers.ts'

const repository = path.resolve(import.meta.dirname, '../..')
/** Installed for real on both ends, besides those in fixtures/packages. */
const realPackages = ['zod']

/**
 * Makes the directory that a fixture runs in; returns the file to run.
 * @param names of the cases to keep; undefined for all
 */
export function makeSender(directory: string, group: Group, format: Format, names?: readonly string[]): string {
  const style = group.format === 'commonjs' && format === 'esm' ? 'native-commonjs' : format
  writeFiles(directory, {
    'package.json': JSON.stringify({ name: 'cases', version: '1.0.0', type: style === 'esm' ? 'module' : 'commonjs' }),
    'main.js': convert(fixtureText(group, names), group.format === 'commonjs' ? 'native-commonjs' : style),
    'entry.cjs': "require('./main.js')\n",
  })
  const library = path.join(fixtures, group.format === 'commonjs' ? 'lib-commonjs' : 'lib')
  copyConverted(library, path.join(directory, 'lib'), group.format === 'commonjs' ? 'native-commonjs' : style)
  installPackages(directory, format)
  // Code in the file that registers livepack's hook is not instrumented; the fixture is the next one.
  return path.join(directory, format === 'livepack' ? 'entry.cjs' : 'main.js')
}

export function makeReceiver(directory: string, format: Format): void {
  writeFiles(directory, { 'package.json': JSON.stringify({ name: 'receiver', type: 'module' }) })
  installPackages(directory, format)
}

export function removeDirectory(directory: string): void {
  rmSync(directory, { recursive: true, force: true })
}

type Style = Format | 'native-commonjs'

function installPackages(directory: string, format: Format): void {
  for (const name of readdirSync(path.join(fixtures, 'packages'))) {
    copyConverted(path.join(fixtures, 'packages', name), path.join(directory, 'node_modules', name), format)
  }
  for (const name of realPackages) {
    symlinkSync(path.join(repository, 'node_modules', name), path.join(directory, 'node_modules', name))
  }
}

function copyConverted(from: string, to: string, style: Style): void {
  cpSync(from, to, { recursive: true })
  if (style === 'esm' || style === 'native-commonjs') return
  for (const name of readdirSync(to, { recursive: true, encoding: 'utf8' })) {
    const file = path.join(to, name)
    if (name.endsWith('package.json')) {
      writeFileSync(file, JSON.stringify({ ...(JSON.parse(readFileSync(file, 'utf8')) as object), type: 'commonjs' }))
    } else if (name.endsWith('.js')) writeFileSync(file, convert(readFileSync(file, 'utf8'), style))
  }
}

function convert(text: string, style: Style): string {
  return style === 'commonjs' ? transformSync(text, { format: 'cjs', target: 'esnext', loader: 'js' }).code : text
}

function writeFiles(directory: string, files: Readonly<Record<string, string>>): void {
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(path.dirname(path.join(directory, name)), { recursive: true })
    writeFileSync(path.join(directory, name), text)
  }
}
