/**
 * A ModuleText as bytes and back, for the cache of compiled files.
 *
 * `<length of the facts> <facts as JSON><code><comment with the source map>`. Plain JavaScript is its file's own text, so only
 * its length is kept. Input of decoding has been verified to be what was encoded.
 */
import type { Edit } from '../../cloudpickle/source/edit.ts'
import type { DeclarationKind, ModuleRequest } from '../../cloudpickle/source/module-record.ts'
import type { SourceKind } from '../../cloudpickle/source/parse.ts'
import type { Compiler } from './compile.ts'
import type { ModuleText } from './module-text.ts'

type RequestFacts = [ModuleRequest['kind'], string | null, (string | null)[], number, number]

interface Facts {
  readonly kind: SourceKind
  /** In UTF-16 units. */
  readonly codeLength: number
  readonly requests: readonly RequestFacts[]
  readonly declarations: readonly (readonly [string, DeclarationKind])[]
  readonly exportNames?: readonly string[]
  readonly compiler?: Compiler
  readonly privateAccess: readonly Edit[]
}

export function encodeModuleText(module: ModuleText): Buffer {
  const { kind, code, mapComment, requests, declarations, exportNames, compiler, privateAccess } = module
  const facts: Facts = {
    kind,
    codeLength: code.length,
    requests: requests.map(({ kind, specifier, parts, start, end }) => {
      return [kind, specifier ?? null, parts.map(part => part ?? null), start, end]
    }),
    declarations: [...declarations],
    ...(exportNames && { exportNames: [...exportNames] }),
    ...(compiler && { compiler }),
    privateAccess,
  }
  const head = Buffer.from(JSON.stringify(facts))
  const body = compiler === undefined ? '' : code + mapComment
  return Buffer.concat([Buffer.from(`${head.length} `), head, Buffer.from(body)])
}

/** `text` is that of the file. */
export function decodeModuleText(bytes: Buffer, text: string): ModuleText {
  const space = bytes.indexOf(0x20)
  const start = space + 1
  const end = start + Number(bytes.toString('latin1', 0, space))
  const facts = JSON.parse(bytes.toString('utf8', start, end)) as Facts
  const body = facts.compiler === undefined ? text : bytes.toString('utf8', end)
  return {
    kind: facts.kind,
    code: body.slice(0, facts.codeLength),
    mapComment: body.slice(facts.codeLength),
    requests: facts.requests.map(([kind, specifier, parts, start, end]) => {
      return { kind, specifier: specifier ?? undefined, parts: parts.map(part => part ?? undefined), start, end }
    }),
    declarations: new Map(facts.declarations),
    exportNames: facts.exportNames && new Set(facts.exportNames),
    compiler: facts.compiler,
    privateAccess: facts.privateAccess,
  }
}
