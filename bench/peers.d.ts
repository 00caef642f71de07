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
    run(task: unknown): Promise<unknown>
    destroy(): Promise<void>
  }
}
