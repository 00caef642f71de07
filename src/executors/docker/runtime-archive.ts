/**
 * What a container needs besides Node: the runner and the worker's program, each one file, and a place to write.
 *
 * Sent as an archive, so that the engine may be on another machine. In a directory that is named by content: in a container
 * that runs already, what another process has put there is used.
 */
import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { builtFile } from '../own-package.ts'
import { tarOf } from './tar.ts'

interface Programs {
  readonly runner: Uint8Array
  readonly worker: Uint8Array
  /** Without slashes around it. */
  readonly directory: string
}

let programs: Programs | undefined

/** Read once: the container of this process's executors is that of this process's version. */
function ownPrograms(): Programs {
  if (programs) return programs
  const [runner, worker] = (['runner.cjs', 'worker.js'] as const).map(name => readFileSync(builtFile(name))) as [
    Buffer,
    Buffer,
  ]
  const hash = createHash('sha256').update(runner).update(worker).digest('hex')
  return (programs = { runner, worker, directory: `.modulepickle-${hash.slice(0, 16)}` })
}

/** The runner's path in a container. It is the last that an archive holds: where it is, all is there. */
export function installedRunner(): string {
  return `/${ownPrograms().directory}/runner.cjs`
}

/** To be unpacked at the root. */
export function runtimeArchive(): Buffer {
  const { runner, worker, directory } = ownPrograms()
  return tarOf([
    { name: `${directory}/`, mode: 0o755 },
    // The container may run as any user.
    { name: `${directory}/work/`, mode: 0o1777 },
    { name: `${directory}/worker.mjs`, mode: 0o644, content: worker },
    { name: `${directory}/runner.cjs`, mode: 0o644, content: runner },
  ])
}
