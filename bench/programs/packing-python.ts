/**
 * The equal package in Python: the original modulepickle with the cloudpickle of its day, today's cloudpickle by value, and Ray's
 * packaging of a working directory. Arguments: the package's parent directory, an empty directory.
 *
 * Prints no figures of what cannot be had; stderr says so.
 */
import { execFileSync } from 'node:child_process'
import { pythonWith } from '../harness/python.ts'

const [directory = '', empty = ''] = process.argv.slice(2)

/** The original finds no function of a package, only modules; from Python 3.8 on it needs the pickler written in Python. */
const original = `
import io, json, modulepickle, os, pickle, sys, time
import cloudpickle.cloudpickle
sys.path.insert(0, os.getcwd())
Pickler = modulepickle.extend(cloudpickle.cloudpickle.CloudPickler)
from package import main
def dumps(value):
    file = io.BytesIO()
    Pickler(file, protocol=4).dump(value)
    return file.getvalue()
start = time.perf_counter(); pickled = dumps(main); first = time.perf_counter() - start
start = time.perf_counter(); dumps(main); again = time.perf_counter() - start
open(sys.argv[1], 'wb').write(pickled)
print(json.dumps({'original first': first * 1000, 'original again': again * 1000, 'original bytes': len(pickled)}))
`
const load = `
import json, pickle, sys, time
pickled = open(sys.argv[1], 'rb').read()
start = time.perf_counter(); module = pickle.loads(pickled); took = time.perf_counter() - start
assert module.main() == 45
print(json.dumps({'original load ' + sys.argv[2]: took * 1000}))
`
const byValue = `
import cloudpickle, json, os, sys, time
sys.path.insert(0, os.getcwd())
import package
from package import main
cloudpickle.register_pickle_by_value(package)
start = time.perf_counter(); pickled = cloudpickle.dumps(main.main); first = time.perf_counter() - start
start = time.perf_counter(); cloudpickle.dumps(main.main); again = time.perf_counter() - start
print(json.dumps({'cloudpickle first': first * 1000, 'cloudpickle again': again * 1000, 'cloudpickle bytes': len(pickled)}))
`
const ray = `
import json, os, sys, time
from ray._private.runtime_env import packaging
directory, target = os.getcwd(), os.path.join(sys.argv[1], 'ray.zip')
def pack():
    packaging.get_uri_for_directory(directory, excludes=[])
    if os.path.exists(target): os.remove(target)
    packaging._zip_files(directory, excludes=[], output_path=target)
start = time.perf_counter(); pack(); first = time.perf_counter() - start
start = time.perf_counter(); packaging.get_uri_for_directory(directory, excludes=[]); again = time.perf_counter() - start
print(json.dumps({'Ray first': first * 1000, 'Ray again': again * 1000, 'Ray bytes': os.path.getsize(target)}))
`

const figures: Record<string, number> = {}
const pickle = `${empty}/original.pkl`
measure('The original modulepickle', () => {
  const python = pythonWith('original', ['modulepickle==0.3', 'cloudpickle==1.2.2'])
  run(python, original, [pickle], directory)
  for (const time of ['first', 'again']) run(python, load, [pickle, time], empty)
})
measure("Today's cloudpickle", () => run(pythonWith('cloudpickle', ['cloudpickle==3.1.2']), byValue, [], directory))
measure('Ray', () => run(pythonWith('ray', ['ray==2.51.1']), ray, [empty], directory))
console.log(JSON.stringify(figures))

function run(python: string, program: string, args: readonly string[], cwd: string): void {
  Object.assign(figures, JSON.parse(execFileSync(python, ['-c', program, ...args], { cwd }).toString()))
}

function measure(peer: string, take: () => void): void {
  try {
    take()
  } catch (error) {
    console.error(`${peer} is left out: ${error instanceof Error ? error.message : String(error)}`)
  }
}
