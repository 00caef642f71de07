/**
 * CPython's cloudpickle on the equal closures and class, in a virtual environment that is made here once.
 *
 * Prints no figures where there is no python3, or nothing to install from; stderr says so.
 */
import { execFileSync } from 'node:child_process'
import { pythonWith } from '../harness/python.ts'

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
  process.stdout.write(execFileSync(pythonWith('cloudpickle', ['cloudpickle==3.1.2']), ['-c', program]))
} catch (error) {
  const [reason] = (error instanceof Error ? error.message : String(error)).split('\n')
  console.error(`CPython's cloudpickle is left out: ${reason}`)
  console.log('{}')
}
