/**
 * What the figures were measured on, in one sentence.
 */
import { existsSync, readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import os from 'node:os'
import path from 'node:path'

const peers = ['@pulumi/pulumi', 'piscina', 'tinypool', 'workerpool', 'tsx']

export function describeMachine(): string {
  const [cpu] = os.cpus()
  const cores = os.availableParallelism()
  const system = `${os.type()} ${os.arch()}, ${cores} cores${cpu ? ` (${cpu.model.trim()})` : ''}`
  const versions = peers.map(peer => `${peer} ${versionOf(peer)}`).join(', ')
  return `Node ${process.versions.node} on ${system}. Peers: ${versions}.`
}

/** How busy it is now: processes that run or want to, of late. */
export function describeLoad(): string {
  return `load ${os.loadavg()[0]!.toFixed(1)} when it began`
}

/** By directory, because not every package exports its package.json. */
export function versionOf(name: string): string {
  const directories = createRequire(import.meta.url).resolve.paths(name) ?? []
  const file = directories.map(directory => path.join(directory, name, 'package.json')).find(file => existsSync(file))
  if (file === undefined) throw new Error(`${name} is not installed.`)
  return (JSON.parse(readFileSync(file, 'utf8')) as { version: string }).version
}
