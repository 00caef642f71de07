/**
 * Runs a task of this repository on a fresh clone: installs what is missing, builds, then runs the task on the
 * development version of Node. Plain JavaScript without dependencies, so that nothing has to run before it.
 */
import { spawnSync } from 'node:child_process'
import { existsSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { fileURLToPath } from 'node:url'

const root = path.dirname(path.dirname(fileURLToPath(import.meta.url)))

/** The directories with a package.json of their own, and what they are for. */
const installs = {
  test: ['.', 'test/runtimes', 'test/compat', 'test/libraries'],
  check: ['.'],
  demo: ['.', 'examples/spam'],
  bench: ['.', 'bench'],
}

const [task, ...args] = process.argv.slice(2)
if (!task || !(task in installs)) {
  console.error(`usage: node scripts/with-install.mjs ${Object.keys(installs).join('|')} [arguments]`)
  process.exit(2)
}

for (const directory of installs[task]) install(directory)
run(development('node'), ['scripts/build.mjs'])
run(development('node'), [`scripts/${task}.mjs`, ...args])

/** `npm ci`, unless the lock file is the one that the last install here was made from. */
function install(directory) {
  const cwd = path.join(root, directory)
  const stamp = path.join(cwd, 'node_modules', '.modulepickle-installed')
  const lock = readFileSync(path.join(cwd, 'package-lock.json'), 'utf8')
  if (existsSync(stamp) && statSync(stamp).isFile() && readFileSync(stamp, 'utf8') === lock) return
  console.error(`installing dependencies of ${directory === '.' ? 'modulepickle' : directory} …`)
  run('npm', ['ci', '--no-audit', '--no-fund', '--loglevel=error'], cwd)
  writeFileSync(stamp, lock)
}

function development(command) {
  return path.join(root, 'node_modules', '.bin', command)
}

function run(command, parameters, cwd = root) {
  const env = { ...process.env, PATH: path.join(root, 'node_modules', '.bin') + path.delimiter + process.env.PATH }
  const { status, signal, error } = spawnSync(command, parameters, { cwd, stdio: 'inherit', env })
  if (error) throw error
  if (signal) process.kill(process.pid, signal)
  if (status !== 0) process.exit(status ?? 1)
}
