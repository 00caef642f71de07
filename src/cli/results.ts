/**
 * What a function gave, on stdout: one value, or the items of an async iterable as they come.
 */
import { toJson } from './json.ts'
import type { Terminal } from './terminal.ts'

/** @throws ModulePickleError for what JSON cannot say */
export async function printResult(result: unknown, asJson: boolean, terminal: Terminal): Promise<void> {
  if (isAsyncIterable(result)) {
    for await (const item of result) {
      if (terminal.unread.aborted) break
      await print(item, asJson, terminal)
    }
  } else if (asJson || result !== undefined) await print(result, asJson, terminal)
}

function print(value: unknown, asJson: boolean, terminal: Terminal): Promise<void> {
  return terminal.line(asJson ? toJson(value) : terminal.shown(value))
}

function isAsyncIterable(value: unknown): value is AsyncIterable<unknown> {
  return typeof value === 'object' && value !== null && Symbol.asyncIterator in value
}
