/**
 * The modules that a test runner has evaluated in this process in a way of its own. Node's import system does not know them: it would
 * evaluate them again, and their classes would be others.
 *
 * Nothing but the running process is asked: vitest gives its workers the modules of vite's runner in `globalThis.__vitest_worker__`.
 */

interface EvaluatedModule {
  readonly id?: unknown
  readonly evaluated?: unknown
  readonly exports?: unknown
  readonly meta?: { readonly externalize?: unknown } | undefined
}

interface RunnerGlobals {
  readonly __vitest_worker__?: {
    readonly evaluatedModules?: { readonly fileToModulesMap?: ReadonlyMap<string, Iterable<EvaluatedModule>> }
  }
}

const globals = globalThis as RunnerGlobals

/** What a file exports; undefined where no runner has evaluated it, or where it has left that to Node. */
export function evaluatedByRunner(file: string): object | undefined {
  const modules = globals.__vitest_worker__?.evaluatedModules?.fileToModulesMap?.get(file)
  // A query, as in `./a.ts?raw`, makes another module of the same file.
  for (const { id, evaluated, exports, meta } of modules ?? []) {
    const isWhole = id === file && evaluated === true && meta?.externalize === undefined
    if (isWhole && typeof exports === 'object' && exports !== null) return exports
  }
  return undefined
}
