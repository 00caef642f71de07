/**
 * Generates the TypeScript package that the benchmarks pickle: 200 modules that import each other, and a copy of it that was
 * compiled beforehand.
 *
 * They form a binary tree, whose leaves import one another as well; every module is reached from the first.
 */
import { mkdirSync, mkdtempSync, readFileSync, realpathSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { transformSync } from 'oxc-transform'

export const moduleCount = 200

const template = readFileSync(path.join(import.meta.dirname, 'template.ts'), 'utf8')
const childrenLine = 'const children: readonly Scorer[] = []\n'
const repository = path.resolve(import.meta.dirname, '../..')

/** A temporary directory with the package, its compiled copy, and a place for caches; none of it has been used before. */
export class GeneratedPackage {
  readonly directory = realpathSync(mkdtempSync(path.join(tmpdir(), 'modulepickle-bench-')))
  readonly sources = path.join(this.directory, 'sources')
  readonly compiled = path.join(this.directory, 'compiled')

  constructor() {
    writePackage(this.sources, 'ts', text => text)
    writePackage(this.compiled, 'js', compile)
  }

  /** A fresh empty directory inside. */
  emptyDirectory(): string {
    return mkdtempSync(path.join(this.directory, 'empty-'))
  }

  remove(): void {
    rmSync(this.directory, { recursive: true, force: true })
  }
}

function writePackage(directory: string, extension: 'ts' | 'js', transform: (text: string) => string): void {
  mkdirSync(path.join(directory, 'modules'), { recursive: true })
  mkdirSync(path.join(directory, 'node_modules'))
  symlinkSync(repository, path.join(directory, 'node_modules', 'modulepickle'))
  writeFileSync(path.join(directory, 'package.json'), '{ "name": "generated", "private": true, "type": "module" }\n')
  for (let index = 0; index < moduleCount; index += 1) {
    writeFileSync(path.join(directory, 'modules', `${nameOf(index)}.${extension}`), transform(moduleText(index)))
  }
}

function compile(text: string): string {
  return transformSync('module.ts', text).code.replaceAll(/(from ['"].*)\.ts(['"])/g, '$1.js$2')
}

function moduleText(index: number): string {
  const wanted = index < moduleCount / 2 ? [2 * index + 1, 2 * index + 2] : [index + 50]
  const imported = wanted.filter(other => other < moduleCount)
  const imports = imported.map(other => `import { score as ${nameOf(other)} } from './${nameOf(other)}.ts'\n`)
  const children = `const children: readonly Scorer[] = [${imported.map(nameOf).join(', ')}]\n`
  return imports.join('') + template.replace(childrenLine, children).replace("'template'", `'${nameOf(index)}'`)
}

function nameOf(index: number): string {
  return `module${String(index).padStart(3, '0')}`
}
