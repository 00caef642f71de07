/** A message to a forked process and back, by Node's own channel: the least that a call in another process can cost. */
import { fork, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import path from 'node:path'
import { timeOnce, timeWarmAsync } from '../harness/timing.ts'

const file = path.join(import.meta.dirname, 'echo.mjs')
let child: ChildProcess | undefined
const echo = (): Promise<unknown> => {
  const answer = once(child!, 'message')
  child!.send(1)
  return answer
}
const first = await timeOnce(() => {
  child = fork(file, { execArgv: [] })
  return echo()
})
const figures = { 'fork, first message': first, 'fork message': await timeWarmAsync(echo), 'fork bytes': '1\n'.length }
child!.disconnect()
console.log(JSON.stringify(figures))
