/**
 * Executors that break one promise each: a sound one, and around it what breaks the promise.
 */
import { setTimeout as pause } from 'node:timers/promises'
import { dumps, loads, loadsSync, type CallOptions, type Executor } from '../../dist/index.js'

/** What is put in the place of some methods of `sound`. */
type Breaks = (sound: Executor) => Partial<Executor>

interface Broken {
  /** The promise that is broken, in the words of the test that has to find it. */
  readonly finds: string
  readonly what: string
  /** Default: inline:. */
  readonly target?: string
  readonly breaks: Breaks
}

/** `sound` with a part of it broken, also in what `with` makes of it. */
export function brokenExecutor(sound: Executor, breaks: Breaks): Executor {
  const parts: Partial<Executor> = breaks(sound)
  return new Proxy(sound, {
    get(_target, name) {
      if (Object.hasOwn(parts, name)) return parts[name as keyof Executor]
      if (name === 'with') return (options: object) => brokenExecutor(sound.with(options), breaks)
      const part: unknown = Reflect.get(sound, name, sound)
      return typeof part === 'function' ? part.bind(sound) : part
    },
  })
}

type AnyCall = ReturnType<Executor['run']>

/** A call that settles as `promise` does, and is `call` for the rest. */
function callLike(call: AnyCall, promise: Promise<unknown>): never {
  return Object.assign(promise, { id: call.id, cancel: () => call.cancel(), logs: () => call.logs() }) as never
}

/** `run` whose calls settle as `change` makes of them. */
function changed(change: (call: AnyCall) => Promise<unknown>): Breaks {
  return sound => ({ run: (fn, ...args) => callChanged(sound.run(fn, ...args) as AnyCall, change) })
}

function callChanged(call: AnyCall, change: (call: AnyCall) => Promise<unknown>): never {
  const promise = change(call)
  // Nobody may have asked yet when the executor is closed.
  for (const each of [call, promise]) each.catch(() => {})
  return callLike(call, promise)
}

/** `with` that forgets some of the options. */
function without(...names: string[]): Breaks {
  const forgetting = (sound: Executor): Partial<Executor> => ({
    with: options => {
      const kept = Object.entries(options).filter(([name]) => !names.includes(name))
      const next = sound.with(Object.fromEntries(kept))
      return brokenExecutor(next, forgetting)
    },
  })
  return forgetting
}

/** What one of the calls comes to, all others that are under way come to as well. */
function together(isShared: (error: unknown) => boolean): Breaks {
  return sound => {
    const rejects = new Set<(error: unknown) => void>()
    const shared = (call: AnyCall): Promise<unknown> =>
      new Promise((resolve, reject) => {
        rejects.add(reject)
        call.then(resolve, (error: unknown) => {
          if (isShared(error)) for (const each of rejects) each(error)
          else reject(error)
        })
      })
    const breaks: Breaks = each => ({
      run: (fn, ...args) => callChanged(each.run(fn, ...args) as AnyCall, shared),
      with: options => brokenExecutor(each.with(options), breaks),
    })
    return breaks(sound)
  }
}

const hasCode =
  (code: string) =>
  (error: unknown): boolean =>
    (error as { code?: string }).code === code

export const broken: readonly Broken[] = [
  {
    finds: 'functions and arguments are captured when a call is made',
    what: 'captures a turn later',
    breaks: sound => ({
      run: (fn, ...args) => {
        const later = pause(1).then(() => sound.run(fn, ...args))
        return Object.assign(later, { id: '1', cancel: () => {}, logs: () => [] }) as never
      },
    }),
  },
  {
    finds: 'values go and come exactly',
    what: 'sends results as JSON',
    breaks: changed(async call =>
      JSON.parse(JSON.stringify(await call, (_, value) => (typeof value === 'bigint' ? 1 : value))),
    ),
  },
  {
    finds: 'instances of local classes are that at both ends',
    what: 'sends results by structured clone',
    breaks: changed(async call => structuredClone(await call)),
  },
  {
    finds: 'what comes back of a class that travels by value is of the class that was sent',
    what: 'makes copies of classes that travel by value',
    breaks: changed(async call => loads(dumps(await call))),
  },
  {
    finds: 'remote and map have one class for the function and for what its calls are given',
    what: 'sends a class once with a remote function and once with its arguments',
    breaks: sound => ({
      remote: fn => {
        const remote = sound.remote(fn)
        return (...args) => remote(...loadsSync<typeof args>(dumps(args)))
      },
    }),
  },
  {
    finds: 'errors keep class, message, properties and cause, and tell where they were thrown',
    what: 'keeps of errors the message alone',
    breaks: changed(call => call.catch((error: Error) => Promise.reject(new Error(error.message)))),
  },
  {
    finds: 'remote makes a function of a function, which keeps what that was',
    what: 'captures a remote function when it is called',
    breaks: sound => ({
      remote:
        fn =>
        (...args) =>
          sound.run(fn, ...args),
    }),
  },
  {
    finds: 'run has the code that is on disk, remote and map that of when they were called',
    what: 'runs the code that it has sent before',
    breaks: sound => {
      const known = new Map<unknown, (...args: never[]) => never>()
      return {
        run: (fn, ...args) => {
          const remote = known.get(fn) ?? sound.remote(fn)
          known.set(fn, remote as never)
          return remote(...(args as readonly unknown[] as never[])) as never
        },
      }
    },
  },
  {
    finds: 'map gives the results of all inputs in their order, with the index of each',
    what: 'gives the results of a map as they come',
    breaks: sound => ({
      map: (fn: never, inputs: never, options = {}) => sound.map(fn, inputs, { ...options, ordered: false }) as never,
    }),
  },
  {
    finds: 'map takes no more inputs than there is room for, however slow the consumer',
    what: 'takes all inputs that it can',
    breaks: sound => ({
      map: (fn: never, inputs: never, options = {}) => sound.map(fn, inputs, { ...options, concurrency: 64 }) as never,
    }),
  },
  {
    finds: 'a consumer that stops ends the inputs, and what runs for it',
    what: 'goes on with a map that nobody wants',
    breaks: sound => ({
      map: (fn: never, inputs: Iterable<never>, options = {}) => {
        const endless = {
          [Symbol.iterator]: () => ({ next: inputs[Symbol.iterator]().next.bind(inputs[Symbol.iterator]()) }),
        }
        return sound.map(fn, endless as never, options) as never
      },
    }),
  },
  {
    finds: 'a map can give errors among its results',
    what: 'drops the errors of a map',
    breaks: sound => ({
      map: (fn: never, inputs: never, options = {}) => {
        const { errors: _, ...others } = options as { errors?: string }
        return sound.map(fn, inputs, others) as never
      },
    }),
  },
  {
    finds: 'a stream is made as it is taken, and ended by who stops taking',
    what: 'takes a stream whole before it gives the first item',
    breaks: changed(async call => {
      const result = (await call) as AsyncIterable<unknown> | undefined
      if (!result?.[Symbol.asyncIterator]) return result
      const items: unknown[] = []
      for await (const item of result) if (items.push(item) === 2000) break
      return (async function* () {
        yield* items
      })()
    }),
  },
  {
    finds: 'a call that is cancelled rejects, and its code is told',
    what: 'tells no code that its call is cancelled',
    breaks: sound => ({
      run: (fn, ...args) => {
        const call = sound.run(fn, ...args) as AnyCall
        let cancel = (): void => {}
        const cancelled = new Promise((_resolve, reject) => {
          cancel = () => reject(Object.assign(new Error('Cancelled.'), { code: 'ERR_CALL_CANCELLED' }))
        })
        return Object.assign(Promise.race([call, cancelled]), { id: call.id, cancel, logs: () => [] }) as never
      },
    }),
  },
  {
    finds: 'a signal cancels the calls of an executor that has it',
    what: 'ignores signals',
    breaks: without('signal'),
  },
  {
    finds: 'a call that takes longer than it may ends by code',
    what: 'ignores time limits',
    breaks: without('timeoutMs'),
  },
  {
    finds: 'a call that fails is repeated only where that is asked for',
    what: 'repeats nothing',
    breaks: without('retries'),
  },
  {
    finds: 'a signal ends its call by code, and no other',
    what: 'has no code for a lost worker',
    target: 'local:',
    breaks: changed(call => call.catch((error: Error) => Promise.reject(new Error(error.message)))),
  },
  {
    finds: 'process.exit() ends its call by code, and no other',
    what: 'loses all calls with one',
    target: 'local:',
    breaks: together(hasCode('ERR_WORKER_LOST')),
  },
  {
    finds: 'a crash of Node itself ends its call by code, and no other',
    what: 'takes a crash for the end of a call',
    target: 'local:',
    breaks: changed(call => call.catch(() => undefined)),
  },
  {
    finds: 'calls that wait for a worker which is lost go to others',
    what: 'loses the calls that wait with the one that runs',
    target: 'local:',
    breaks: together(hasCode('ERR_WORKER_LOST')),
  },
  {
    finds: 'a conversation that is cut in the middle of a message is a lost worker, and no result',
    what: 'takes what has come of a result for the result',
    target: 'local:',
    breaks: changed(call => call.catch(() => new Uint8Array(1000))),
  },
  {
    finds: 'a call whose worker is lost is repeated where that is asked for',
    what: 'repeats no call whose worker is lost',
    target: 'local:',
    breaks: without('retries'),
  },
  {
    finds: 'a call whose worker is lost is repeated where that is asked for',
    what: 'repeats calls unasked',
    target: 'local:',
    breaks: sound => ({ run: (fn, ...args) => sound.with({ retries: 2 }).run(fn, ...args) }),
  },
  {
    finds: 'a call that never gives way ends as any other',
    what: 'tells that a busy call has ended, and lets it go on',
    target: 'local:',
    breaks: sound => ({
      run: (fn, ...args) => {
        const patient = fn.name === 'add' ? sound.with({ timeoutMs: 2000 }) : sound
        const call = patient.run(fn, ...args) as AnyCall
        let cancel = (): void => {}
        const cancelled = new Promise((_resolve, reject) => {
          cancel = () => reject(Object.assign(new Error('Cancelled.'), { code: 'ERR_CALL_CANCELLED' }))
        })
        call.catch(() => {})
        return Object.assign(Promise.race([call, cancelled]), { id: call.id, cancel, logs: () => [] }) as never
      },
    }),
  },
  {
    finds: 'to end a call ends no other',
    what: 'ends all calls with one',
    target: 'local:',
    breaks: together(hasCode('ERR_CALL_CANCELLED')),
  },
  {
    finds: 'progress is told in order, as values of this process, with the id of its call',
    what: 'tells no progress',
    breaks: without('onProgress'),
  },
  {
    finds: 'a call that is done has told all that was printed in it, and nothing that was printed in another',
    what: 'tells the last line of a call too late',
    target: 'local:',
    breaks: sound => ({
      remote: fn => {
        const remote = sound.remote(fn)
        return (...args) => {
          const call = remote(...args) as AnyCall
          return Object.assign(callLike(call, Promise.resolve(call)), { logs: () => call.logs().slice(0, -1) })
        }
      },
    }),
  },
  {
    finds: 'submit gives a handle, which is no promise',
    what: 'forgets the error of a call that was submitted',
    breaks: sound => ({
      submit: async (fn, args, options) => {
        const handle = await sound.submit(fn, args, options)
        return { ...handle, result: () => handle.result().catch(() => undefined) } as never
      },
    }),
  },
  {
    finds: 'lines that two calls print at once are told as those of each',
    what: 'tells all lines as those of one call',
    target: 'local:',
    breaks: sound => ({
      with: options => {
        const { onLog } = options as CallOptions
        return sound.with(onLog ? { ...options, onLog: line => onLog(line, '1') } : options)
      },
    }),
  },
  {
    finds: 'stats count calls and failures',
    what: 'counts no failures',
    breaks: sound => ({ stats: () => ({ ...sound.stats(), failed: 0 }) }),
  },
  {
    finds: 'close waits for what was started, takes nothing new, and leaves no worker',
    what: 'closes without waiting',
    breaks: sound => ({ close: () => sound.close({ force: true }) }),
  },
  {
    finds: 'close by force, or when its time is up, ends what runs and what waits',
    what: 'has no limit for closing',
    breaks: sound => ({ close: ({ force = false } = {}) => (force ? sound.close({ force }) : Promise.resolve()) }),
  },
]
