/**
 * The part of the peers that is used here, so that types are checked also where they are not installed.
 */
declare module '@pulumi/pulumi' {
  export const runtime: {
    serializeFunction(fn: Function): Promise<{ readonly text: string }>
  }
}

declare module 'piscina' {
  export class Piscina {
    constructor(options: { filename: string; minThreads: number; maxThreads: number })
    run(task: unknown, options?: { name: string }): Promise<unknown>
    destroy(): Promise<void>
  }
}

declare module 'tinypool' {
  export class Tinypool {
    constructor(options: { filename: string; minThreads: number; maxThreads: number })
    run(task: unknown, options?: { name: string }): Promise<unknown>
    destroy(): Promise<void>
  }
}

declare module 'workerpool' {
  interface WorkerPool {
    exec(method: string, parameters: unknown[]): Promise<unknown>
    terminate(): Promise<unknown>
  }
  export function pool(script: string, options: { maxWorkers: number; workerType: 'thread' }): WorkerPool
}

declare module 'msgpackr' {
  export class Packr {
    constructor(options: { structuredClone: boolean })
    pack(value: unknown): Uint8Array
    unpack(bytes: Uint8Array): unknown
  }
}

declare module 'cbor-x' {
  export class Encoder {
    constructor(options: { structuredClone: boolean })
    encode(value: unknown): Uint8Array
    decode(bytes: Uint8Array): unknown
  }
}

declare module 'seroval' {
  export function serialize(value: unknown): string
  export function serializeAsync(value: unknown, options: { plugins: unknown[] }): Promise<string>
  export function deserialize(text: string): unknown
}

declare module 'devalue' {
  export function stringify(value: unknown): string
  export function stringifyAsync(value: unknown): Promise<string>
  export function parse(text: string): unknown
}

declare module 'seroval-plugins/web'

declare module 'serialize-javascript' {
  function serialize(value: unknown, options: { unsafe: boolean }): string
  export = serialize
}

declare module 'typescript' {
  enum ScriptTarget {
    ES5,
    ES2015,
  }
  enum ModuleKind {
    ESNext,
  }
  const typescript: {
    readonly ScriptTarget: typeof ScriptTarget
    readonly ModuleKind: typeof ModuleKind
    transpileModule(
      text: string,
      options: { compilerOptions: { target: ScriptTarget; module: ModuleKind; downlevelIteration: boolean } },
    ): { readonly outputText: string }
  }
  export default typescript
}
