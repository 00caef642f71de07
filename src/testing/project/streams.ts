/** Functions that return items one by one. */
import { openAccount } from './accounts.ts'

let made = 0
let ended = 0

export async function* countTo(limit: number): AsyncGenerator<number, void> {
  try {
    for (made = 0; made < limit;) yield made++
  } finally {
    ended++
  }
}

/** What the streams of this worker have come to. */
export function streamCounts(): { readonly made: number; readonly ended: number } {
  return { made, ended }
}

export async function* failAfter(count: number): AsyncGenerator<number, void> {
  for (let n = 0; n < count; n++) yield n
  openAccount(1).withdraw(2)
}

export async function* giveOneThatCannotBePickled(): AsyncGenerator<unknown, void> {
  yield 1
  yield { never: new Promise(() => {}) }
}

export async function* dieAfter(count: number): AsyncGenerator<number, void> {
  for (let n = 0; n < count; n++) yield n
  process.kill(process.pid, 'SIGKILL')
  await new Promise(() => {})
}

export async function* getStuck(): AsyncGenerator<number, void> {
  yield 1
  for (;;);
}
