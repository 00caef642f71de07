/**
 * CPython's cloudpickle on the equal closures and class, in a virtual environment that is made here once.
 *
 * Prints no figures where there is no python3, or nothing to install from; stderr says so.
 */
import { execFileSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import path from 'node:path'

const environment = path.resolve(import.meta.dirname, '../.venv')
const python = path.join(environment, process.platform === 'win32' ? 'Scripts/python.exe' : 'bin/python')
const requirement = 'cloudpickle==3.1.2'

const program = `
import cloudpickle, json, math, pickle, time

def make_trivial():
    return lambda x: x + 1

def make_capturing():
    factor, name, weights = 3, 'spam', [0.25, 0.5, 0.25]
    return lambda x: f"{name}: {' '.join(str(weight * factor * x) for weight in weights)}"

def make_class():
    class Point:
        def __init__(self, x, y):
            self.x = x
            self.y = y
        def norm(self):
            return math.hypot(self.x, self.y)
    return Point

def time_warm(operation):
    end = time.perf_counter() + 0.6
    while time.perf_counter() < end: operation()
    times, end = [], time.perf_counter() + 1.2
    while time.perf_counter() < end:
        start = time.perf_counter()
        for _ in range(10): operation()
        times.append((time.perf_counter() - start) / 10)
    times.sort()
    return times[len(times) // 2] * 1000

figures = {}
def measure(name, make):
    figures['CPython ' + name] = time_warm(lambda: cloudpickle.dumps(make()))
    figures['CPython ' + name + ' bytes'] = len(cloudpickle.dumps(make()))

measure('trivial', make_trivial)
measure('capturing', make_capturing)
measure('class', make_class)
Point = make_class()
measure('instance', lambda: Point(3, 4))
trivial = cloudpickle.dumps(make_trivial())
figures['CPython loads'] = time_warm(lambda: pickle.loads(trivial))
print(json.dumps(figures))
`

try {
  if (!existsSync(path.join(environment, requirement))) install()
  process.stdout.write(execFileSync(python, ['-c', program]))
} catch (error) {
  const [reason] = (error instanceof Error ? error.message : String(error)).split('\n')
  console.error(`CPython's cloudpickle is left out: ${reason}`)
  console.log('{}')
}

function install(): void {
  const options = { stdio: 'pipe' } as const
  execFileSync('python3', ['-m', 'venv', '--clear', environment], options)
  execFileSync(python, ['-m', 'pip', 'install', '--quiet', '--disable-pip-version-check', requirement], options)
  // Also says that what stands here is complete.
  execFileSync(python, ['-c', `open(${JSON.stringify(path.join(environment, requirement))}, 'w')`], options)
}
