/**
 * Why a runner has ended that was not told to: told from what the engine knows of its container, and from what was printed.
 */
import { ModulePickleError } from '../../errors.ts'
import { LineSplitter } from '../logs.ts'
import { engineAddress } from './engine-errors.ts'
import type { Container, Engine } from './engine.ts'
import { clearTimeout, setTimeout } from '../../timers.ts'

interface Ended {
  readonly engine: Engine
  readonly container: Container
  readonly name: string
  /** What was started as Node. */
  readonly node: string
  /** Whether the runner has said which Node it has. */
  readonly hasGreeted: boolean
  /** What was printed in the place of the protocol. */
  readonly said: readonly string[]
}

/** The engine's events of a container. */
interface Event {
  readonly Action?: string
  readonly Actor?: { readonly Attributes?: Readonly<Record<string, string>> }
}

export async function describeEnd({
  engine,
  container,
  name,
  node,
  hasGreeted,
  said,
}: Ended): Promise<ModulePickleError> {
  const events = await eventsOf(engine, container.id)
  if (!events) {
    const what = `The container engine at ${engineAddress()} has stopped, or cannot be reached any more, and with it the ${name}`
    return new ModulePickleError('ERR_ENGINE_LOST', `${what}. Start it again; the next call makes another container.`)
  }
  const text = said
    .filter(line => line !== '')
    .join('\n')
    .trim()
  if (!hasGreeted) return notStarted(name, node, exitCode(events), text)
  const isKilled = events.some(({ Action }) => Action === 'kill')
  if (!isKilled && events.some(({ Action }) => Action === 'oom')) return wantOfMemory(name)
  const printed = text === '' ? '' : ` It printed:\n${text}`
  return new ModulePickleError('ERR_CONTAINER_LOST', `The ${name} has ended: ${manner(events)}.${printed}`)
}

/** One of the container's processes was ended by the system. */
export function wantOfMemory(name: string): ModulePickleError {
  return new ModulePickleError(
    'ERR_OUT_OF_MEMORY',
    `The ${name} had no memory left, and the system has ended what used most. Allow it more (memory: '2g'), use fewer workers, which share it, or hold less at once.`,
  )
}

function notStarted(name: string, node: string, code: string | undefined, said: string): ModulePickleError {
  const isMissing =
    code === '126' || code === '127' || /executable file not found|no such file or directory/i.test(said)
  if (isMissing) return withoutNode(name, `there is no program ${node} that can be run`, said)
  // Whatever it was, it has done what it was asked, or has not understood it, and is not Node, which calls itself that.
  if (code === '0' || (said !== '' && !/\bnode\b/i.test(said)))
    return withoutNode(name, `its program ${node} is something else`, said)
  const printed = said === '' ? '' : ` It printed:\n${said}`
  return new ModulePickleError(
    'ERR_CONTAINER_START',
    `The ${name} ended as it started, with code ${code ?? '(unknown)'}.${printed}`,
  )
}

export function withoutNode(name: string, what: string, said: string): ModulePickleError {
  const printed = said === '' ? '' : ` It printed:\n${said}`
  return new ModulePickleError(
    'ERR_IMAGE_WITHOUT_NODE',
    `The ${name} has no Node: ${what}. Use an image that has Node 20.19 or later, such as node:24-slim, or name the program in the option \`node\`.${printed}`,
  )
}

function manner(events: readonly Event[]): string {
  const kill = events.findLast(({ Action }) => Action === 'kill')
  const signal = kill?.Actor?.Attributes?.['signal']
  if (signal !== undefined) return `it was ended from outside, by signal ${signal} (docker stop, kill or rm)`
  const code = exitCode(events)
  return code === undefined ? 'the engine does not say why' : `it exited with code ${code}`
}

function exitCode(events: readonly Event[]): string | undefined {
  const end = events.findLast(({ Action }) => Action === 'die' || Action === 'exec_die')
  return end?.Actor?.Attributes?.['exitCode']
}

const patienceMs = 2_000

/** Until the one that it has ended, which may be about to come; undefined where the engine does not answer. */
async function eventsOf(engine: Engine, container: string): Promise<Event[] | undefined> {
  const events: Event[] = []
  try {
    const stream = await engine.getEvents({ since: 0, filters: { container: [container] } })
    const timer = setTimeout(() => stream.destroy(), patienceMs)
    const splitter = new LineSplitter(line => {
      if (line === '') return
      const event = JSON.parse(line) as Event
      events.push(event)
      if (event.Action === 'die' || event.Action === 'exec_die') stream.destroy()
    })
    stream.on('data', (chunk: Buffer) => splitter.push(chunk))
    stream.on('error', () => {})
    await new Promise<void>(resolve => stream.once('close', resolve))
    clearTimeout(timer)
    return events
  } catch {
    return undefined
  }
}
