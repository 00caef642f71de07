/**
 * Python for peers that are written in it: virtual environments that are made once, each with packages of exact versions.
 */
import { execFileSync } from 'node:child_process'
import { existsSync, writeFileSync } from 'node:fs'
import path from 'node:path'

const environments = path.resolve(import.meta.dirname, '../.venv')

/**
 * The interpreter of the environment `name`, which has `requirements`.
 * @throws Error where there is no python3, or nothing to install from
 */
export function pythonWith(name: string, requirements: readonly string[]): string {
  const directory = path.join(environments, name)
  const python = path.join(directory, process.platform === 'win32' ? 'Scripts/python.exe' : 'bin/python')
  const complete = path.join(directory, requirements.join(' '))
  if (existsSync(complete)) return python
  const options = { stdio: 'pipe' } as const
  execFileSync('python3', ['-m', 'venv', '--clear', directory], options)
  execFileSync(python, ['-m', 'pip', 'install', '--quiet', '--disable-pip-version-check', ...requirements], options)
  writeFileSync(complete, '')
  return python
}
