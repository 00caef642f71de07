/** Other ways to the engine that tests use: TCP, with and without TLS, and SSH, each a door of this machine to the engine's socket. */
import { execFileSync } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { createRequire } from 'node:module'
import { connect as connectTo, createServer, type Server, type Socket } from 'node:net'
import { tmpdir } from 'node:os'
import path from 'node:path'
import type { Duplex } from 'node:stream'
import { createServer as createTlsServer } from 'node:tls'

interface Door extends Joints {
  readonly port: number
  stop(): void
}

/** The connections that are open now. */
interface Joints {
  /** Passes on no more of what the engine says, but still what is said to it. */
  hold(): void
  cut(): void
}

function engineSocket(): string {
  const host = process.env['DOCKER_HOST'] ?? 'unix:///var/run/docker.sock'
  return host.replace(/^unix:\/\//, '')
}

export function tcpDoor(): Promise<Door> {
  const { join, ...open } = joints()
  return listening(createServer({ allowHalfOpen: true }, join), open)
}

/** Lets in who has a certificate of `certificates`, and shows one that says 127.0.0.1. */
export function tlsDoor(certificates: Certificates): Promise<Door> {
  const { join, ...open } = joints()
  const [ca, cert, key] = ['ca.pem', 'server.pem', 'server-key.pem'].map(name =>
    readFileSync(path.join(certificates.directory, name)),
  )
  const options = { ca, cert, key, requestCert: true, rejectUnauthorized: true, allowHalfOpen: true } as const
  return listening(createTlsServer(options as object, join), open)
}

/** A server of SSH, which lets in everybody or nobody, and knows the one command that an engine is reached by. */
export function sshDoor(isOpen: boolean): Promise<Door> {
  const { Server: SshServer, utils } = createRequire(import.meta.url)('ssh2') as Ssh
  const { join, ...open } = joints()
  const hostKeys = [utils.generateKeyPairSync('ed25519').private]
  const server = new SshServer({ hostKeys }, client => {
    client.on('error', () => {})
    client.on('authentication', attempt => (isOpen ? attempt.accept() : attempt.reject()))
    client.on('session', accept => {
      accept().on('exec', (acceptExec, refuse, { command }) =>
        command === 'docker system dial-stdio' ? join(acceptExec()) : refuse(),
      )
    })
  })
  return listening(server, open)
}

interface Ssh {
  readonly Server: new (options: object, onClient: (client: SshClient) => void) => Server
  readonly utils: { generateKeyPairSync(type: string): { readonly private: string } }
}

interface SshClient {
  on(name: 'error', listener: () => void): void
  on(name: 'authentication', listener: (attempt: { accept(): void; reject(): void }) => void): void
  on(name: 'session', listener: (accept: () => SshSession) => void): void
}

interface SshSession {
  on(
    name: 'exec',
    listener: (accept: () => Duplex, refuse: () => void, info: { readonly command: string }) => void,
  ): void
}

interface Certificates {
  /** As DOCKER_CERT_PATH is: ca.pem, cert.pem, key.pem. */
  readonly directory: string
  remove(): void
}

/** An authority, and what it has signed for a server and for a client. */
export function makeCertificates(): Certificates {
  const directory = mkdtempSync(path.join(tmpdir(), 'modulepickle-certificates-'))
  const openssl = (...args: string[]): unknown => execFileSync('openssl', args, { cwd: directory, stdio: 'pipe' })
  const make = ['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-days', '2']
  openssl(...make, '-subj', '/CN=authority', '-keyout', 'ca-key.pem', '-out', 'ca.pem')
  const signed = [...make, '-CA', 'ca.pem', '-CAkey', 'ca-key.pem', '-addext', 'basicConstraints=critical,CA:false']
  const name = ['-addext', 'subjectAltName=IP:127.0.0.1']
  openssl(...signed, '-subj', '/CN=server', ...name, '-keyout', 'server-key.pem', '-out', 'server.pem')
  openssl(...signed, '-subj', '/CN=client', '-keyout', 'key.pem', '-out', 'cert.pem')
  return { directory, remove: () => rmSync(directory, { recursive: true, force: true }) }
}

/** What comes in is joined to the engine's socket. */
function joints(): Joints & { join(incoming: Duplex): void } {
  const streams = new Set<Duplex>()
  const engines = new Set<Socket>()
  return {
    join: incoming => {
      const engine: Socket = connectTo({ path: engineSocket(), allowHalfOpen: true })
      for (const each of [incoming, engine]) {
        streams.add(each)
        each.on('error', () => {})
      }
      engines.add(engine)
      incoming.pipe(engine)
      engine.pipe(incoming)
    },
    hold: () => {
      for (const engine of engines) engine.unpipe()
    },
    cut: () => {
      for (const stream of streams) stream.destroy()
      streams.clear()
      engines.clear()
    },
  }
}

async function listening(server: Server, open: Joints): Promise<Door> {
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as { port: number }
  return {
    ...open,
    port,
    stop: () => {
      server.close()
      open.cut()
    },
  }
}
