/**
 * What anything has to ask V8's inspector that writes a function which it has not seen, and that nothing has instrumented: for a
 * handle of it, and for its place and scopes. Of a class also for each method; of what a closure captured for the value. Nothing
 * is read of the answers, and nothing is written but a copy of the typed array.
 */
import { Session } from 'node:inspector'
import { timeWarm } from '../harness/timing.ts'
import { makeClass, makeOverSamples, makeTrivial } from './closures.ts'

interface Remote {
  readonly objectId?: string
}

interface Properties {
  readonly result: readonly { readonly name: string; readonly value?: Remote }[]
  readonly internalProperties?: readonly { readonly name: string; readonly value?: Remote }[]
}

const box = globalThis as typeof globalThis & { asked?: { value: unknown; answer?: unknown } }
box.asked = Object.assign(Object.create(null) as { value: unknown; answer?: unknown }, { value: undefined })
const session = new Session()
session.connect()
const handle = post<{ result: Remote }>('Runtime.evaluate', { expression: 'asked' }).result.objectId!

const figures = {
  'questions trivial': timeWarm(() => place(makeTrivial())),
  'questions class': timeWarm(() => {
    const Point = makeClass()
    place(Point)
    place(Object.getOwnPropertyDescriptor(Point.prototype, 'norm')!.value)
  }),
  'questions samples': timeWarm(() => (variables(makeOverSamples())['own'] as Float64Array).slice()),
}
console.log(JSON.stringify(figures))

/** The handle of the scopes; V8 tells the place in the same answer. */
function place(fn: unknown): string {
  box.asked!.value = fn
  const boxed = properties(handle).result.find(({ name }) => name === 'value')!
  const own = properties(boxed.value!.objectId!).internalProperties!
  return own.find(({ name }) => name === '[[Scopes]]')!.value!.objectId!
}

/** Of the innermost scope. */
function variables(fn: unknown): Readonly<Record<string, unknown>> {
  post('Runtime.callFunctionOn', {
    objectId: handle,
    functionDeclaration: 'function(scopes) { this.answer = { ...scopes[0].object } }',
    arguments: [{ objectId: place(fn) }],
  })
  return box.asked!.answer as Readonly<Record<string, unknown>>
}

function properties(objectId: string): Properties {
  return post('Runtime.getProperties', { objectId, ownProperties: true })
}

/** Sessions with the own thread answer at once. */
function post<T>(method: string, parameters: object): T {
  let answer: unknown
  session.post(method, parameters, (error, result) => {
    if (error) throw error
    answer = result
  })
  return answer as T
}
