/**
 * A source file as JavaScript that can be scanned: compiled if need be, with its requests, bindings and exports read.
 *
 * Input is one file and how it is to run; output does not depend on any other file.
 */
import type { Edit } from '../../cloudpickle/source/edit.ts'
import type { DeclarationKind, ModuleRecord, ModuleRequest } from '../../cloudpickle/source/module-record.ts'
import {
  childNodes,
  parse,
  type AnyNode,
  type Node,
  type Program,
  type SourceKind,
} from '../../cloudpickle/source/parse.ts'
import {
  isClass,
  privateAccessEdits,
  privateAccessKey,
  type ClassNode,
} from '../../cloudpickle/source/private-access.ts'
import { exportedNames, readModule } from '../../cloudpickle/source/read-module.ts'
import { ModulePickleError } from '../../errors.ts'
import { compile, mapComment, type Compiler } from './compile.ts'
import { kindOfText } from './module-kind.ts'
import { isCompiled } from './output-path.ts'
import { skimModule } from './skim.ts'
import type { TypeScriptOptions } from './tsconfig.ts'

export interface ModuleText {
  readonly kind: SourceKind
  /** JavaScript, without the comment that names its source map. */
  readonly code: string
  /** That comment with its line end, or ''. */
  readonly mapComment: string
  readonly requests: readonly ModuleRequest[]
  readonly declarations: ReadonlyMap<string, DeclarationKind>
  /** undefined where they cannot be known without running: `export *`, CommonJS. */
  readonly exportNames: ReadonlySet<string> | undefined
  readonly compiler: Compiler | undefined
  /** What gives access to the private members of its classes. */
  readonly privateAccess: readonly Edit[]
}

/**
 * Reads `text` of the file at `relative` in the project; where its kind is not declared, that is found out.
 * @throws ModulePickleError ERR_MODULE_UNREADABLE when it does not compile or parse
 */
export function readModuleText(
  relative: string,
  text: string,
  declared: SourceKind | undefined,
  options: TypeScriptOptions,
): ModuleText {
  if (!isCompiled(relative)) {
    const { code, comment } = splitMapComment(text)
    return describe(readModule(code, declared ?? kindOfText(code), relative), comment, undefined)
  }
  const kind = declared ?? kindOfSource(relative, text, options)
  const compiled = compile({ path: relative, text, kind, options })
  const skimmed = kind === 'module' && compiled.compiler === 'oxc-transform' ? skimModule(compiled.code) : undefined
  if (skimmed) {
    const { code, compiler } = compiled
    const { privates, ...facts } = skimmed
    const access = privates.flatMap(([start, end]) => privateAccessIn(code, start, end, skimmed.declarations, relative))
    return { ...facts, kind, code, mapComment: mapComment(compiled.map), compiler, privateAccess: access }
  }
  return describe(readModule(compiled.code, kind, relative), mapComment(compiled.map), compiled.compiler)
}

/** Node strips types and then looks for module syntax; imports of types alone have gone by then. */
function kindOfSource(relative: string, text: string, options: TypeScriptOptions): SourceKind {
  const { code } = compile({ path: relative, text, kind: 'module', options })
  return kindOfText(code)
}

/** Only a comment on the last line goes: bundles joined from several keep such comments in the middle, before more code. */
function splitMapComment(text: string): { code: string; comment: string } {
  const found = /(?<![^\r\n])\/\/[#@] sourceMappingURL=[^\s'"`]+(?<!\*\/)\s*$/.exec(text)
  return found ? { code: text.slice(0, found.index), comment: found[0] } : { code: text, comment: '' }
}

function describe(record: ModuleRecord, mapComment: string, compiler: Compiler | undefined): ModuleText {
  return {
    kind: record.kind,
    code: record.text,
    mapComment,
    requests: record.requests,
    declarations: new Map([...record.declarations].map(([name, { kind }]) => [name, kind])),
    exportNames: exportedNames(record),
    compiler,
    privateAccess: privateAccess(record.text, record),
  }
}

/** Of one statement of a module, whose `declarations` these are. */
function privateAccessIn(
  code: string,
  start: number,
  end: number,
  declarations: ModuleText['declarations'],
  where: string,
): Edit[] {
  const text = code.slice(start, end)
  const edits = privateAccess(code, { text, program: parse(text, 'module', where), declarations })
  return edits.map(edit => ({ start: edit.start + start, end: edit.end + start, text: edit.text }))
}

interface PrivateText {
  readonly text: string
  readonly program: Program
  readonly declarations: ReadonlyMap<string, unknown>
}

/** A module that has a `globalThis` of its own, or has been packed before, is left as it is; `code` is all of it. */
function privateAccess(code: string, { text, program, declarations }: PrivateText): Edit[] {
  if (declarations.has('globalThis') || !text.includes('#') || code.includes(privateAccessKey)) return []
  const edits: Edit[] = []
  const open: Node[] = [program]
  for (let node = open.pop(); node; node = open.pop()) {
    if (isClass(node as AnyNode)) edits.push(...privateAccessEdits(text, node as ClassNode))
    open.push(...childNodes(node))
  }
  return edits
}

/** Where a request stands, for messages: `file:line`. */
export function locationOf(relative: string, module: ModuleText, request: ModuleRequest): string {
  if (module.compiler !== undefined) return relative
  return `${relative}:${module.code.slice(0, request.start).split('\n').length}`
}

export function isUnreadable(error: unknown): boolean {
  return error instanceof ModulePickleError && error.code === 'ERR_MODULE_UNREADABLE'
}
