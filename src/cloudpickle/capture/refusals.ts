/**
 * Why an instance of one of Node's own classes cannot be pickled, and what to do instead.
 */
import { ModulePickleError } from '../../errors.ts'

/** By name of a class, or of one that it extends. */
const advice: readonly [names: RegExp, what: string][] = [
  [/^(Timeout|Immediate)$/, 'Start the timer on the other end.'],
  [
    /^Async(LocalStorage|Resource|Hook)$/,
    'Make it in a module that the function imports, and enter it on the other end.',
  ],
  [
    /^(Socket|TLSSocket|Server|Agent|ClientRequest|IncomingMessage|ServerResponse)$/,
    'Pass the address, and connect on the other end.',
  ],
  [/^(FileHandle|Dir|FSWatcher|StatWatcher)$/, 'Pass the path, and open it on the other end.'],
  [/^(ReadStream|WriteStream)$/, 'Pass the path, and open it on the other end, or pass what was read.'],
  [
    /^(Readable|Writable|Duplex|Transform|PassThrough|Stream)$/,
    'Read it first and pass the data, or make it on the other end.',
  ],
  [/^(ChildProcess|Worker|MessagePort)$/, 'Start it on the other end.'],
  [/^(\w*KeyObject)$/, 'Pass what its export() returns, and create it from that on the other end.'],
  [/^(Big[iI]nt)?Stats$|^Dirent$/, 'Copy what you need of it into an object, or ask for it on the other end.'],
]

/** `name` is that of the class, `module` the one that exports it. */
export function nodeClassRefusal(name: string, module: string | undefined): ModulePickleError {
  const hint = advice.find(([names]) => names.test(name))?.[1] ?? 'Make it on the other end.'
  const what = module === undefined ? `${name}, one of Node's own objects,` : `${name} of ${module}`
  const article = /^[AEIOU]/.test(name) ? 'an' : 'a'
  const message = `${article} ${what} cannot be pickled: it holds something of this process. ${hint}`
  return new ModulePickleError('ERR_UNPICKLABLE', message)
}
