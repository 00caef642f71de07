/**
 * Everything that is checked without running the library: lint, format, and the types of tests and benchmarks.
 */
import { spawnSync } from 'node:child_process'

for (const script of ['lint', 'format:check', 'types']) {
  const { status } = spawnSync('npm', ['run', '--silent', script], { stdio: 'inherit' })
  if (status !== 0) process.exit(status ?? 1)
}
