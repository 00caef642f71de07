/**
 * What a program has left: memory of its processes, and what lies on the disk.
 */
import { execFileSync } from 'node:child_process'
import { lstatSync, readdirSync } from 'node:fs'
import path from 'node:path'

/** How often a package is deployed, and after how many times what is there from the start is taken to be there. */
export const redeploys = { all: Number(process.env['REDEPLOYS'] ?? 1000), first: 20 }

/** The memory that this process and all below it have resident, in bytes. */
export function treeMemoryBytes(): number {
  globalThis.gc?.()
  const rows = execFileSync('ps', ['-A', '-o', 'pid=,ppid=,rss=,comm='], { encoding: 'utf8' })
  const processes = rows
    .trim()
    .split('\n')
    .map(row => row.trim().split(/\s+/))
  const tree = new Set([String(process.pid)])
  let sizeBytes = 0
  // A parent is older than its children, but its number need not be lower.
  for (let before = 0; before < tree.size;) {
    before = tree.size
    for (const [pid = '', parent = '', , name] of processes) if (tree.has(parent) && name !== 'ps') tree.add(pid)
  }
  for (const [pid = '', , rss] of processes) if (tree.has(pid)) sizeBytes += Number(rss) * 1024
  return sizeBytes
}

/** As du: what the blocks take, each file once. */
export function diskBytes(root: string): number {
  const seen = new Set<number>()
  let sizeBytes = 0
  for (const name of readdirSync(root, { recursive: true, encoding: 'utf8' })) {
    const stat = lstatSync(path.join(root, name))
    if (seen.has(stat.ino)) continue
    seen.add(stat.ino)
    sizeBytes += stat.blocks * 512
  }
  return sizeBytes
}
