/**
 * Things of the machine that some tests need. Where one is missing, its tests are skipped with the reason and the fix; in CI
 * (MODULEPICKLE_TEST_REQUIRE_ALL=1) that is an error instead.
 */
import { spawnSync } from 'node:child_process'
import { nodeOfMajor } from './project.ts'

/** The value for a test's `skip` option. */
export function unless(isPresent: boolean, what: string, fix: string): false | string {
  if (isPresent) return false
  if (process.env['MODULEPICKLE_TEST_REQUIRE_ALL'] === '1')
    throw new Error(`${what} is missing, and skipping is off. ${fix}`)
  return `${what} is missing. ${fix}`
}

export function unlessCommand(command: string, fix: string): false | string {
  return unless(spawnSync(command, ['--version']).status === 0, command, fix)
}

export function unlessNode(major: 20 | 22 | 24 | 26): false | string {
  return unless(
    nodeOfMajor(major) !== undefined,
    `Node ${major}`,
    'Run `npm ci` in test/runtimes; only Linux on x64 has it.',
  )
}
