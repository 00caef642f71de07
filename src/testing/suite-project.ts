/**
 * The local package whose functions the suite calls: its own directory, with a package.json and nothing installed but this package,
 * so that its code has to be shipped.
 */
import {
  copyFileSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  realpathSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { pathToFileURL } from 'node:url'
import { builtFile, packageDirectory } from '../executors/own-package.ts'

/** What the package exports. */
export type Functions = typeof import('./project/index.ts')

const sources = builtFile('testing/project')

const opened = new Set<string>()

export class SuiteProject {
  readonly functions: Functions
  readonly #directory: string

  /** A copy of the package that nothing else uses; removed when this process exits. */
  static async open(): Promise<SuiteProject> {
    const directory = realpathSync(mkdtempSync(path.join(tmpdir(), 'modulepickle-suite-')))
    if (opened.size === 0) process.once('exit', removeAll)
    opened.add(directory)
    for (const name of readdirSync(sources)) {
      if (name.endsWith('.js')) copyFileSync(path.join(sources, name), path.join(directory, name))
    }
    writeFileSync(path.join(directory, 'package.json'), '{ "name": "contract", "private": true, "type": "module" }\n')
    mkdirSync(path.join(directory, 'node_modules'))
    symlinkSync(packageDirectory, path.join(directory, 'node_modules', 'modulepickle'), 'junction')
    const functions = (await import(pathToFileURL(path.join(directory, 'index.js')).href)) as Functions
    return new SuiteProject(directory, functions)
  }

  private constructor(directory: string, functions: Functions) {
    this.#directory = directory
    this.functions = functions
  }

  /** As an editor does it, between two calls. */
  writeVersion(version: number): void {
    this.write('version.js', `export const version = ${version}\n`)
  }

  write(name: string, content: string | Uint8Array): void {
    writeFileSync(path.join(this.#directory, name), content)
  }
}

function removeAll(): void {
  for (const directory of opened) rmSync(directory, { recursive: true, force: true })
}
