/** Functions that print, and functions that end the process that runs them. */
import { spawnSync } from 'node:child_process'
import { writeSync } from 'node:fs'
import { Socket } from 'node:net'
import { currentCall } from 'modulepickle'

export async function printTwice(name: string): Promise<void> {
  console.log(`${name} out`)
  await new Promise(resolve => setTimeout(resolve, 20))
  console.error(`${name} err`)
  process.stdout.write(`${name} unfinished`)
}

export async function printAndStay(line: string): Promise<void> {
  console.log(line)
  await new Promise(resolve => currentCall()!.signal.addEventListener('abort', resolve))
}

export function printMany(count: number): void {
  for (let line = 0; line < count; line++) console.log(line)
}

/** A line on each stream, past the streams' own objects. */
export function printAtOnce(name: string): void {
  writeSync(1, `${name} out\n`)
  writeSync(2, `${name} err\n`)
}

export function printByChild(name: string): void {
  spawnSync(process.execPath, ['-e', `console.log(process.argv[1] + ' by a child')`, name], { stdio: 'inherit' })
}

export function exitWithThree(): never {
  process.exit(3)
}

export function killItself(): Promise<never> {
  currentCall()!.progress('begun')
  process.kill(process.pid, 'SIGKILL')
  return new Promise(() => {})
}

export function abortItself(): never {
  process.abort()
}

export function exhaustMemory(): never {
  const kept: unknown[] = []
  for (;;) kept.push(Array.from({ length: 10_000 }, (_, index) => ({ index })))
}

/** The process ends when half of the message that holds the result has left it. */
export function dieHalfWay(sizeBytes: number): Uint8Array {
  const { write } = Socket.prototype
  const cut = function (this: Socket, piece: Uint8Array | string): boolean {
    if (piece.length < sizeBytes / 2) return Reflect.apply(write, this, [piece]) as boolean
    Socket.prototype.write = (): boolean => false
    const half = piece.slice(0, sizeBytes / 2)
    return Reflect.apply(write, this, [half, () => process.kill(process.pid, 'SIGKILL')]) as boolean
  }
  Socket.prototype.write = cut as typeof write
  return new Uint8Array(sizeBytes)
}

/** Ends its worker at the first attempt. */
export function dieOnce(): number | Promise<never> {
  const { attempt, progress } = currentCall()!
  progress(attempt)
  if (attempt > 1) return attempt
  process.kill(process.pid, 'SIGKILL')
  return new Promise(() => {})
}
