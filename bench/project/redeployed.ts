/**
 * A package of 20 modules and 64 KB that is deployed again and again: of each version another line is edited in its main module.
 */
import { mkdirSync, writeFileSync } from 'node:fs'
import path from 'node:path'

const others = 19

export class RedeployedPackage {
  readonly main: string

  /** Writes the package, in its first version, into `directory`. */
  constructor(directory: string) {
    this.main = path.join(directory, 'main.js')
    mkdirSync(directory, { recursive: true })
    writeFileSync(path.join(directory, 'package.json'), '{ "name": "redeployed", "private": true, "type": "module" }\n')
    for (let index = 0; index < others; index++) {
      const lines = Array.from(
        { length: 60 },
        (_, line) => `export const text${line} = 'module ${index}, line ${line}'`,
      )
      writeFileSync(path.join(directory, `m${index}.js`), `${lines.join('\n')}\nexport const own = 1\n`)
    }
    this.write(1)
  }

  /** Puts that version in the place of the one before. Its `total` returns `totalOf(version)`. */
  write(version: number): void {
    const names = Array.from({ length: others }, (_, index) => `m${index}`)
    const imports = names.map(name => `import { own as ${name} } from './${name}.js'\n`)
    writeFileSync(
      this.main,
      `${imports.join('')}const version = ${version}\nexport const total = () => ${names.join(' + ')} + version\n`,
    )
  }
}

export function totalOf(version: number): number {
  return others + version
}
