/**
 * The engine's description of a container, from the options of `docker:`.
 */
import { ownName } from '../../snapshot/materialize/process-name.ts'
import { memoryBytes, type DockerMount, type DockerOptions } from './docker-options.ts'
import type { Parameters } from './engine.ts'
import { runnerArguments } from './programs.ts'

/** Whose container it is: `ownName` of the process that made it. */
export const ownerLabel = 'modulepickle.owner'

/** A container of its own for `image`, which ends when its stdin does and is removed by the engine when it has ended. */
export function createBody(image: string, options: DockerOptions): Parameters {
  const { node = 'node', cwd, user, memory, cpus, network, gpus } = options
  return {
    Image: image,
    Entrypoint: [node],
    Cmd: runnerArguments('own', cwd),
    Env: environment(options),
    WorkingDir: '/',
    Labels: { [ownerLabel]: ownName },
    AttachStdin: true,
    AttachStdout: true,
    AttachStderr: true,
    OpenStdin: true,
    StdinOnce: true,
    ...(user === undefined ? {} : { User: user }),
    HostConfig: {
      AutoRemove: true,
      // What it writes is protocol. The engine need not keep it, least of all on its disk.
      LogConfig: { Type: 'none' },
      // Reaps what the code of calls leaves behind.
      Init: true,
      ...(memory === undefined ? {} : { Memory: memoryBytes(memory), MemorySwap: memoryBytes(memory) }),
      ...(cpus === undefined ? {} : { NanoCpus: Math.round(cpus * 1e9) }),
      ...(network === undefined ? {} : { NetworkMode: network }),
      ...(gpus === undefined ? {} : { DeviceRequests: deviceRequests(gpus) }),
      ...mountsOf(options.mounts ?? []),
    },
  }
}

/** The runner in a container that runs already. */
export function execBody(options: DockerOptions): Parameters {
  const { node = 'node', cwd, user } = options
  return {
    Cmd: [node, ...runnerArguments('guest', cwd)],
    Env: environment(options),
    AttachStdin: true,
    AttachStdout: true,
    AttachStderr: true,
    ...(user === undefined ? {} : { User: user }),
  }
}

function environment({ env }: DockerOptions): string[] {
  const zone = process.env['TZ'] || Intl.DateTimeFormat().resolvedOptions().timeZone
  const given = Object.entries<string | undefined>({ TZ: zone, ...env }).filter(([, value]) => value !== undefined)
  return given.map(([name, value]) => `${name}=${value}`)
}

function deviceRequests(gpus: NonNullable<DockerOptions['gpus']>): readonly Parameters[] {
  if (typeof gpus === 'object') return gpus
  return [{ Count: gpus === 'all' ? -1 : gpus, Capabilities: [['gpu']] }]
}

function mountsOf(mounts: readonly (string | DockerMount)[]): Parameters {
  const binds = mounts.filter(mount => typeof mount === 'string')
  const others = mounts.filter(mount => typeof mount !== 'string')
  return {
    Binds: binds,
    Mounts: others.map(mountOf),
  }
}

function mountOf({ type, source, target, readOnly = false }: DockerMount): Parameters {
  const mount = { Type: type, Target: target, ReadOnly: readOnly }
  return source === undefined ? mount : Object.assign(mount, { Source: source })
}
