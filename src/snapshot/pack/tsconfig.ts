/**
 * What the nearest tsconfig.json says about how a file runs: decorators, JSX, class fields, kept imports, path aliases.
 *
 * `extends` is followed. Type checking options are not looked at, and files that tsconfig leaves out are compiled alike.
 */
import path from 'node:path'
import { ModulePickleError } from '../../errors.ts'
import { ancestors } from '../../cloudpickle/source/package-json.ts'
import { resolveModule } from '../../cloudpickle/source/resolve.ts'
import type { Disk } from './disk.ts'

/** The options of TypeScript that change what code does; named as there. */
export interface TypeScriptOptions {
  readonly experimentalDecorators?: boolean
  readonly emitDecoratorMetadata?: boolean
  readonly jsx?: string
  readonly jsxFactory?: string
  readonly jsxFragmentFactory?: string
  readonly jsxImportSource?: string
  readonly target?: string
  readonly useDefineForClassFields?: boolean
  readonly verbatimModuleSyntax?: boolean
  readonly strict?: boolean
  readonly strictNullChecks?: boolean
}

interface TsConfig {
  readonly options: TypeScriptOptions
  /** Pattern to replacements, which are absolute paths. */
  readonly paths: ReadonlyMap<string, readonly string[]>
}

const optionNames = [
  'experimentalDecorators',
  'emitDecoratorMetadata',
  'jsx',
  'jsxFactory',
  'jsxFragmentFactory',
  'jsxImportSource',
  'target',
  'useDefineForClassFields',
  'verbatimModuleSyntax',
  'strict',
  'strictNullChecks',
]
const none: TsConfig = { options: {}, paths: new Map() }

export class TsConfigs {
  readonly #disk: Disk
  readonly #configs = new Map<string, TsConfig>()

  constructor(disk: Disk) {
    this.#disk = disk
  }

  /** The configuration for a file in `directory`; empty where there is no tsconfig.json above it. */
  nearest(directory: string): TsConfig {
    for (const ancestor of ancestors(directory)) {
      const file = path.join(ancestor, 'tsconfig.json')
      if (this.#disk.isFile(file)) return this.#load(file)
    }
    return none
  }

  #load(file: string): TsConfig {
    const known = this.#configs.get(file)
    if (known) return known
    this.#configs.set(file, none)
    const config = this.#read(file)
    this.#configs.set(file, config)
    return config
  }

  #read(file: string): TsConfig {
    const json = parseJsonWithComments(this.#disk.readText(file), file)
    const parents = [json['extends']].flat().filter(parent => typeof parent === 'string')
    const bases = parents.map(parent => this.#loadBase(parent, file))
    const own = Object(json['compilerOptions']) as Record<string, unknown>
    const picked = Object.fromEntries(optionNames.filter(name => name in own).map(name => [name, own[name]]))
    const inheritedPaths = bases.findLast(base => base.paths.size > 0)?.paths ?? none.paths
    return {
      options: Object.assign({}, ...bases.map(base => base.options), picked) as TypeScriptOptions,
      paths: 'paths' in own || 'baseUrl' in own ? readPaths(own, path.dirname(file)) : inheritedPaths,
    }
  }

  #loadBase(specifier: string, from: string): TsConfig {
    const isPath = specifier.startsWith('.') || path.isAbsolute(specifier)
    const base = path.resolve(path.dirname(from), specifier)
    const candidates = isPath
      ? [base, `${base}.json`, path.join(base, 'tsconfig.json')]
      : [specifier, `${specifier}.json`, `${specifier}/tsconfig.json`].flatMap(name => {
          const resolution = resolveModule(name, from, 'require', this.#disk)
          return resolution?.kind === 'file' ? [resolution.file] : []
        })
    const found = candidates.find(candidate => candidate.endsWith('.json') && this.#disk.isFile(candidate))
    if (found !== undefined) return this.#load(found)
    throw new ModulePickleError(
      'ERR_MODULE_NOT_FOUND',
      `${from} extends ${JSON.stringify(specifier)}, which is not there. Install it or correct \`extends\`.`,
    )
  }
}

/** A base URL alone makes every path below it an import specifier. */
function readPaths(own: Readonly<Record<string, unknown>>, directory: string): Map<string, readonly string[]> {
  const base = path.resolve(directory, typeof own['baseUrl'] === 'string' ? own['baseUrl'] : '.')
  const paths = new Map<string, readonly string[]>()
  for (const [pattern, targets] of Object.entries(Object(own['paths']) as Record<string, unknown>)) {
    const list = [targets].flat().filter(target => typeof target === 'string')
    paths.set(
      pattern,
      list.map(target => path.resolve(base, target)),
    )
  }
  if (typeof own['baseUrl'] === 'string' && !paths.has('*')) paths.set('*', [path.join(base, '*')])
  return paths
}

function parseJsonWithComments(text: string, file: string): Readonly<Record<string, unknown>> {
  const string = String.raw`"(?:[^"\\]|\\.)*"`
  const comments = new RegExp(String.raw`(${string})|\/\/[^\n]*|\/\*[\s\S]*?\*\/`, 'g')
  const trailingCommas = new RegExp(String.raw`(${string})|,(?=\s*[}\]])`, 'g')
  const keepString = (_: string, kept: string | undefined): string => kept ?? ''
  const plain = text
    .replace(/^\ufeff/, '')
    .replaceAll(comments, keepString)
    .replaceAll(trailingCommas, keepString)
  try {
    return Object(JSON.parse(plain)) as Readonly<Record<string, unknown>>
  } catch (error) {
    throw new ModulePickleError('ERR_MODULE_UNREADABLE', `${file} cannot be read: ${(error as Error).message}`, {
      cause: error,
    })
  }
}
