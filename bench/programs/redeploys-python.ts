/**
 * The same in Python, one process that sends and one that receives: the original modulepickle, and today's cloudpickle by value.
 * Arguments: a directory to work in.
 *
 * Prints no figures of what cannot be had; stderr says so.
 */
import { execFileSync } from 'node:child_process'
import { mkdirSync } from 'node:fs'
import path from 'node:path'
import { redeploys } from '../harness/leftovers.ts'
import { pythonWith } from '../harness/python.ts'

const [directory = ''] = process.argv.slice(2)

const receiver = `
import pickle, struct, sys
while True:
    head = sys.stdin.buffer.read(8)
    if not head: break
    value = pickle.loads(sys.stdin.buffer.read(struct.unpack('<q', head)[0]))
    total = getattr(value, 'total', value)
    sys.stdout.buffer.write(struct.pack('<q', total())); sys.stdout.buffer.flush()
`

/** `dumps` and `again`, what a new version takes in the sender, come from one of the two below. */
const sender = `
import importlib, io, json, os, pickle, struct, subprocess, sys, time
name, first, count, left = sys.argv[1], int(sys.argv[2]), int(sys.argv[3]), sys.argv[4]
sys.dont_write_bytecode = True
os.makedirs('package'); open('package/__init__.py', 'w').close()
names = ['m%d' % i for i in range(19)]
for i, module in enumerate(names):
    lines = ["text%d = 'module %d, line %d'" % (line, i, line) for line in range(60)]
    open('package/%s.py' % module, 'w').write('\\n'.join(lines) + '\\nown = 1\\n')
def write(version):
    imports = ''.join('from package.%s import own as %s\\n' % (module, module) for module in names)
    text = imports + 'version = %d\\ndef total():\\n    return %s + version\\n' % (version, ' + '.join(names))
    open('package/main.py', 'w').write(text)
write(1)
sys.path.insert(0, os.getcwd())
import package
from package import main
PEER
child = subprocess.Popen([sys.executable, '-c', sys.argv[5]], cwd=left, env=dict(os.environ, TMPDIR=left), stdin=subprocess.PIPE, stdout=subprocess.PIPE)
def deploy(start, end):
    for version in range(start, end + 1):
        write(version)
        pickled = dumps(again())
        child.stdin.write(struct.pack('<q', len(pickled)) + pickled); child.stdin.flush()
        assert struct.unpack('<q', child.stdout.read(8))[0] == 19 + version
    return len(pickled)
def memory():
    rows = subprocess.check_output(['ps', '-o', 'rss=', '-p', '%d,%d' % (os.getpid(), child.pid)])
    return sum(int(row) for row in rows.split()) * 1024
def disk():
    return sum(os.lstat(os.path.join(at, name)).st_blocks * 512 for at, below, files in os.walk(left) for name in below + files)
deploy(1, first)
before = memory(), disk()
start = time.perf_counter(); size = deploy(first + 1, count); took = time.perf_counter() - start
after = memory(), disk()
child.stdin.close()
print(json.dumps({name + ' redeploy': took * 1000 / (count - first), name + ' bytes': size,
  name + ' memory': max(0, after[0] - before[0]), name + ' disk': after[1] - before[1]}))
`
const original = `
import modulepickle, cloudpickle.cloudpickle
Pickler = modulepickle.extend(cloudpickle.cloudpickle.CloudPickler)
def again(): return main
def dumps(value):
    file = io.BytesIO()
    Pickler(file, protocol=4).dump(value)
    return file.getvalue()
`
/** Removes what it iterates over, so that no process loads a second version of a package of more than one module. */
const corrected = `
import importlib, sys, modulepickle
def invalidate_caches(self):
    for name, module in list(sys.modules.items()):
        if 'MODULEPICKLE-' + self.name + '-' in (getattr(module, '__file__', '') or ''): del sys.modules[name]
    importlib.invalidate_caches()
modulepickle.Package.invalidate_caches = invalidate_caches
`
const byValue = `
import cloudpickle
cloudpickle.register_pickle_by_value(package)
def again(): return importlib.reload(main).total
dumps = cloudpickle.dumps
`

const figures: Record<string, number> = {}
measure('original', ['modulepickle==0.3', 'cloudpickle==1.2.2'], original, corrected + receiver)
measure('cloudpickle', ['cloudpickle==3.1.2'], byValue)
console.log(JSON.stringify(figures))

function measure(name: string, requirements: readonly string[], peer: string, other = receiver): void {
  try {
    const [cwd, left] = ['project', 'left'].map(place => path.join(directory, name, place)) as [string, string]
    for (const place of [cwd, left]) mkdirSync(place, { recursive: true })
    const numbers = [String(redeploys.first), String(redeploys.all)]
    const args = ['-c', sender.replace('PEER', peer), name, ...numbers, left, other]
    Object.assign(figures, JSON.parse(execFileSync(pythonWith(name, requirements), args, { cwd }).toString()))
  } catch (error) {
    console.error(`${name} is left out: ${error instanceof Error ? error.message : String(error)}`)
  }
}
