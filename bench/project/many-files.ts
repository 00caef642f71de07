/**
 * Generates packages of many small modules, ten of which a program reaches: one in JavaScript, and the equal one in Python.
 */
import { mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'

const reached = 10
const repository = path.resolve(import.meta.dirname, '../..')

/** A temporary directory with both, and places for caches. */
export class ManyFiles {
  readonly directory = realpathSync(mkdtempSync(path.join(tmpdir(), 'modulepickle-bench-')))
  readonly javascript = path.join(this.directory, 'javascript')
  readonly python = path.join(this.directory, 'python')

  /** @param count how many modules each package has */
  constructor(count: number) {
    mkdirSync(path.join(this.javascript, 'node_modules'), { recursive: true })
    mkdirSync(path.join(this.python, 'package'), { recursive: true })
    symlinkSync(repository, path.join(this.javascript, 'node_modules', 'modulepickle'))
    writeFileSync(
      path.join(this.javascript, 'package.json'),
      '{ "name": "many", "version": "0.0.0", "private": true, "type": "module" }\n',
    )
    writeFileSync(path.join(this.python, 'package', '__init__.py'), '')
    for (let index = 0; index < count; index++) {
      const texts = Array.from(
        { length: 12 },
        (_, line) => `text_${line} = 'line ${line} of module ${index}, ${'x'.repeat(40)}'`,
      )
      const script = `${texts.map(text => `export const ${text}`).join('\n')}\nexport const own = ${index}\n`
      writeFileSync(path.join(this.javascript, `m${index}.js`), script)
      writeFileSync(path.join(this.python, 'package', `m${index}.py`), `${texts.join('\n')}\nown = ${index}\n`)
    }
    const names = Array.from({ length: reached }, (_, index) => `m${index}`)
    const imports = names.map(name => `import { own as ${name} } from './${name}.js'\n`)
    const sum = names.join(' + ')
    writeFileSync(path.join(this.javascript, 'main.js'), `${imports.join('')}export const main = () => ${sum}\n`)
    const pythonImports = names.map(name => `from package.${name} import own as ${name}\n`)
    writeFileSync(
      path.join(this.python, 'package', 'main.py'),
      `${pythonImports.join('')}def main():\n    return ${sum}\n`,
    )
  }

  /** A fresh empty directory inside. */
  emptyDirectory(): string {
    return mkdtempSync(path.join(this.directory, 'empty-'))
  }

  remove(): void {
    rmSync(this.directory, { recursive: true, force: true })
  }
}
