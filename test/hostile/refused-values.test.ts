/** What holds on to its process fails at dumps: with a code, the path to it, and what to do instead. No code of it runs. */
import assert from 'node:assert/strict'
import { cpSync } from 'node:fs'
import path from 'node:path'
import { after, before, suite, test } from 'node:test'
import { nodeOfMajor, Project, repository, runNode } from '../support/project.ts'
import { unlessNode } from '../support/requirements.ts'

interface Refusal {
  code: string
  path: string
  message: string
}

const expected: Readonly<Record<string, [path: string, message: RegExp]>> = {
  'the value of an entry of a WeakMap': ['cache → value of a key.socket', /node:net/],
  'a WeakRef to nothing': ['dead', /collected/],
  'a Proxy that was revoked': ['proxy', /revoked/],
  'the target of a Proxy': ['proxy.[[Target]].socket', /node:net/],
  'a vm context': ['globals', /vm context/],
  'a vm context without a prototype': ['globals', /vm context/],
  'an object with a Proxy for a prototype': ['underProxy', /prototype.*Proxy/],
  'the reason of a promise': ['failed → reason.socket', /node:net/],
  'a promise whose value would be called': ['later', /`then`/],
  'an iterator of an array': ['iterator', /array/],
  'an asynchronous generator': ['running', /generator.*array/],
  'an AbortSignal in a closure': ['f{signal}', /AbortSignal.*other end/],
  'an AbortController': ['[0]', /AbortController.*other end/],
  'an AsyncResource': ['[0]', /AsyncResource.*other end/],
  'an interval': ['interval', /Timeout.*other end/],
  'an Immediate': ['later', /Immediate.*other end/],
  'a server': ['server', /Server of node:net.*other end/],
  'an agent for HTTP': ['agent', /Agent of node:http.*other end/],
  'a stream': ['stream', /Readable of node:stream.*other end/],
  'a class of streams': ['stream', /Transform of node:stream.*other end/],
  'a stream of a file': ['stream', /Read(able|Stream).*other end/],
  'a web stream': ['stream', /ReadableStream.*other end/],
  'a file handle': ['handle', /FileHandle.*other end/],
  'a child process': ['child', /ChildProcess.*other end/],
  'a worker thread': ['worker', /Worker of node:worker_threads.*other end/],
  'a port': ['port', /MessagePort.*other end/],
  'a secret key': ['key', /KeyObject.*export/],
  'a key of the Web': ['key', /CryptoKey.*export/],
  'a WebAssembly module': ['module', /WebAssembly.*bytes/],
  'the standard output': ['out', /of node:(net|tty|fs|stream).*other end/],
  'shared memory': ['memory', /slice/],
  'a registry of what was collected': ['registry', /FinalizationRegistry.*other end/],
  'an Event that was dispatched': ['event', /dispatched.*listeners/],
  'the headers of a response': ['headers', /belong to a request or a response/],
  'a Blob of a file': ['blob', /in memory.*arrayBuffer/],
  'a FormData with a file of the disk': ['form.get("file")', /File/],
  'a chain of more prototypes than a reader takes': ['deep', /chain of 101 prototypes/],
  'a weak reference to a socket': ['ref.deref()', /node:net/],
}

for (const major of [20, 24, 26] as const) {
  suite(`dumps refuses, on Node ${major}`, { skip: unlessNode(major) }, () => {
    let project: Project
    let outcomes: Record<string, Refusal>

    before(async () => {
      project = new Project({ 'package.json': '{"name":"refused"}' })
      cpSync(path.join(repository, 'test/fixtures/refused-values'), project.directory, { recursive: true })
      project.installModulepickle()
      const program = project.path('main.mjs')
      const { stdout, stderr, code } = await runNode(nodeOfMajor(major)!, [program], { cwd: project.directory })
      assert.equal(code, 0, stderr)
      outcomes = JSON.parse(stdout) as Record<string, Refusal>
    })

    after(() => project.remove())

    for (const [name, [where, message]] of Object.entries(expected)) {
      test(name, () => {
        assert.deepEqual([outcomes[name]?.code, outcomes[name]?.path], ['ERR_UNPICKLABLE', where])
        assert.match(outcomes[name]!.message, message)
      })
    }
  })
}
