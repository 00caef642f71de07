/** Calls of a trivial closure in containers: each in one of its own, and one after the other in one. Without an engine there are no figures. */
import { connect, type Executor } from '../../dist/index.js'
import { imageOfProgram, testEngine } from '../../test/support/docker.ts'
import { timeOften, timeWarmAsync } from '../harness/timing.ts'
import { makeTrivial } from './closures.ts'

const engine = await testEngine().catch(() => undefined)
if (!engine) console.log('{}')
else {
  const image = await imageOfProgram(process.execPath)
  const open = (): Promise<Executor> => connect(`docker:${image}`, { workers: 1, network: 'none' })
  const container = await timeOften(5, async () => {
    const pool = await open()
    await pool.run(makeTrivial(), 1)
    await pool.close()
  })
  const pool = await open()
  const run = await timeWarmAsync(() => pool.run(makeTrivial(), 1))
  const remote = pool.remote(makeTrivial())
  const figures = {
    'docker, one container': container,
    'docker run': run,
    'docker remote': await timeWarmAsync(() => remote(1)),
  }
  await pool.close()
  console.log(JSON.stringify(figures))
}
