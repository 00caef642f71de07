/**
 * Runs the whole suite, or the test files given, on the development version of Node. The suite itself starts other versions.
 */
import { spawnSync } from 'node:child_process'

const files = process.argv.slice(2)
const patterns = files.length > 0 ? files : ['test/**/*.test.ts']
const { status } = spawnSync(process.execPath, ['--test', '--test-reporter=spec', ...patterns], { stdio: 'inherit' })
process.exit(status ?? 1)
