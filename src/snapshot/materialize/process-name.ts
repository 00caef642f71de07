/**
 * Names that say which process owns a file, and whether that process has ended: a leftover of one that was killed can be told
 * from what is in use.
 *
 * `<host>-<pid>-<start>`: process ids are used again, so on Linux the start time of the process is part of the name. A host is a
 * host name and, on Linux, a process namespace: containers count their processes anew.
 */
import { readFileSync, readlinkSync } from 'node:fs'
import { hostname } from 'node:os'

const namespace = readNamespace()

/** The process that runs this. Holds neither `/` nor anything else that is special in a file name. */
export const ownName = `${hostName()}-${process.pid}-${startOf(process.pid) ?? 0}`

/** What becomes of the owner in a name; `unknown` for one on another host, which cannot be asked. */
type OwnerState = 'alive' | 'gone' | 'unknown'

/** `name` is what `ownName` was for a process, and may go on with `-` and more. */
export function stateOfOwner(name: string): OwnerState {
  const [, host, pid, start] = /^([A-Za-z0-9_.]+)-(\d+)-(\d+)(?:-|$)/.exec(name) ?? []
  if (host !== hostName()) return 'unknown'
  if (!isAlive(Number(pid))) return 'gone'
  const running = startOf(Number(pid))
  return running === undefined || start === '0' || running === start ? 'alive' : 'gone'
}

function hostName(): string {
  return `${hostname().replaceAll(/[^A-Za-z0-9]/g, '_')}.${namespace}`
}

function readNamespace(): string {
  try {
    return /\d+/.exec(readlinkSync('/proc/self/ns/pid'))?.[0] ?? '0'
  } catch {
    return '0'
  }
}

/** Clock ticks between the start of the system and that of the process; undefined where there is no /proc. */
function startOf(pid: number): string | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'latin1')
    // The second field is the name of the program, which may hold spaces and parentheses.
    return stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19]
  } catch {
    return undefined
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return (error as NodeJS.ErrnoException).code !== 'ESRCH'
  }
}
