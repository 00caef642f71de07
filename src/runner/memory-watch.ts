/**
 * Whether the system has ended processes of this container for want of memory. Its cgroup counts them.
 */
import { readFileSync } from 'node:fs'

/** Of the second version of cgroups, and of the first. */
const files = ['/sys/fs/cgroup/memory.events', '/sys/fs/cgroup/memory/memory.oom_control']

export class MemoryWatch {
  #seen = countKills()

  /** Since this was asked last. */
  hasKilled(): boolean {
    const before = this.#seen
    this.#seen = countKills()
    return this.#seen > before
  }
}

function countKills(): number {
  for (const file of files) {
    try {
      const [, count] = /^oom_kill (\d+)$/m.exec(readFileSync(file, 'utf8')) || []
      if (count !== undefined) return Number(count)
    } catch {
      // A container need not show its cgroup.
    }
  }
  return 0
}
