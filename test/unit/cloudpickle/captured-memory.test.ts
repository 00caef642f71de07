/** What a pickle has captured can be collected once the program has let go of it. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { dumps } from '../../../src/cloudpickle/index.ts'

setFlagsFromString('--expose-gc')
const collectGarbage = runInNewContext('gc') as () => void

/** A closure over an array is pickled; then nobody here has either. */
function pickleArray(length: number, isUsed: boolean): WeakRef<Float64Array> {
  const array = new Float64Array(length).fill(1)
  const sum = (): number => array[0]! + array[1]!
  dumps(isUsed ? sum : () => length)
  return new WeakRef(array)
}

async function isCollected(ref: WeakRef<object>, waitMs: number): Promise<boolean> {
  await sleep(waitMs)
  collectGarbage()
  return ref.deref() === undefined
}

test('a large value that was captured can be collected as soon as the pickle is there', async () => {
  assert.ok(await isCollected(pickleArray(100_000, true), 0))
})

test('a small one soon after, and so can what stands beside a captured variable', async () => {
  assert.ok(await isCollected(pickleArray(10, true), 300))
  assert.ok(await isCollected(pickleArray(100_000, false), 300))
})
