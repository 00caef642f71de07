/** What calls tell while they run: values, and what they print. */
import assert from 'node:assert/strict'
import type { LogLine } from '../../executors/index.ts'
import { until } from '../deadline.ts'
import { failsWith, type ContractTest } from './contract-test.ts'

export const listening: readonly ContractTest[] = [
  {
    name: 'progress is told in order, as values of this process, with the id of its call',
    async run({ executor, functions: { tellValues, Account, openAccount } }) {
      const told: [value: unknown, id: string][] = []
      const call = executor
        .with({ onProgress: (value, id) => told.push([value, id]) })
        .run(tellValues, [1, openAccount(5), undefined])
      assert.equal(await call, 3)
      await until('all was told', () => told.length === 3)
      assert.ok(told.every(([, id]) => id === call.id))
      const [one, account, nothing] = told.map(([value]) => value)
      assert.deepEqual([one, nothing], [1, undefined])
      assert.ok(account instanceof Account && account.balance === 5)
    },
  },
  {
    name: 'lines that two calls print at once are told as those of each',
    needs: 'output',
    async run({ executor, functions: { printTwice } }) {
      const heard = new Map<string, LogLine[]>()
      const onLog = (line: LogLine, id: string): void => {
        heard.set(id, [...(heard.get(id) ?? []), line])
      }
      const calls = ['a', 'b'].map(name => executor.with({ onLog }).run(printTwice, name))
      await Promise.all(calls)
      for (const [index, call] of calls.entries()) {
        const name = 'ab'.charAt(index)
        const lines = [
          { stream: 'stderr', text: `${name} err`, end: '\n' },
          { stream: 'stdout', text: `${name} out`, end: '\n' },
          { stream: 'stdout', text: `${name} unfinished`, end: '' },
        ]
        const byText = (a: LogLine, b: LogLine): number => (a.text < b.text ? -1 : 1)
        assert.deepEqual(heard.get(call.id)?.toSorted(byText), lines)
        assert.deepEqual(call.logs().toSorted(byText), lines)
      }
    },
  },
  {
    name: 'a call that is done has told all that was printed in it, and nothing that was printed in another',
    needs: 'output',
    async run({ executor, functions: { printAtOnce, printByChild } }) {
      const textsOf = (call: { logs(): readonly LogLine[] }): string[] => call.logs().map(({ text }) => text)
      const quiet = executor.with({ onLog: () => {} })
      const print = quiet.remote(printAtOnce)
      const printInTurn = async (prefix: string): Promise<void> => {
        for (let turn = 0; turn < 300; turn++) {
          const name = `${prefix}${turn}`
          const call = print(name)
          await call
          assert.deepEqual(textsOf(call).toSorted(), [`${name} err`, `${name} out`])
        }
      }
      await Promise.all(['a', 'b'].map(printInTurn))
      const call = quiet.run(printByChild, 'c')
      await call
      assert.deepEqual(textsOf(call), ['c by a child'])
    },
  },
  {
    name: 'lines are told while their call still runs',
    needs: 'output',
    async run({ executor, functions: { printAndStay } }) {
      const lines: string[] = []
      const call = executor.with({ onLog: ({ text }) => lines.push(text) }).run(printAndStay, 'here')
      const failure = failsWith('ERR_CALL_CANCELLED', call)
      await until('the line is told', () => lines.includes('here'))
      call.cancel()
      await failure
    },
  },
  {
    name: 'of much that a call prints the end is kept, complete when the call is done',
    needs: 'output',
    async run({ executor, functions: { printMany } }) {
      let heard = 0
      const call = executor.with({ onLog: () => heard++ }).run(printMany, 30_000)
      await call
      assert.equal(heard, 30_000)
      const lines = call.logs()
      assert.ok(lines.length < 30_000)
      assert.equal(lines.at(-1)?.text, '29999')
    },
  },
  {
    name: 'a listener that takes its time has heard all of a call when that is done',
    needs: 'output',
    async run({ executor, functions: { printMany } }) {
      let heard = 0
      const onLog = async (): Promise<void> => {
        heard++
        await new Promise(resolve => setImmediate(resolve))
      }
      await executor.with({ onLog }).run(printMany, 30_000)
      assert.equal(heard, 30_000)
    },
  },
]
