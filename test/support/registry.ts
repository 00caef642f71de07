/** A registry of one small image, on loopback: what an engine asks for when it pulls. */
import { createHash } from 'node:crypto'
import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { gzipSync } from 'node:zlib'
import { tarOf } from './tar.ts'

interface Registry {
  /** What to pull. */
  readonly image: string
  close(): void
}

export async function registryOfOneImage(architecture = 'amd64'): Promise<Registry> {
  const tar = tarOf([
    { name: `file-${process.pid}`, mode: 0o644, content: Buffer.from(String(process.hrtime.bigint())) },
  ])
  const layer = gzipSync(tar)
  const config = Buffer.from(
    JSON.stringify({ architecture, os: 'linux', config: {}, rootfs: { type: 'layers', diff_ids: [digest(tar)] } }),
  )
  const type = 'application/vnd.docker.distribution.manifest.v2+json'
  const manifest = Buffer.from(
    JSON.stringify({
      schemaVersion: 2,
      mediaType: type,
      config: described('application/vnd.docker.container.image.v1+json', config),
      layers: [described('application/vnd.docker.image.rootfs.diff.tar.gzip', layer)],
    }),
  )
  const blobs = new Map([manifest, config, layer].map(blob => [digest(blob), blob]))
  const server = createServer((request, response) => {
    const name = request.url?.split('/').at(-1) ?? ''
    const content = request.url === '/v2/' ? Buffer.from('{}') : name === 'latest' ? manifest : blobs.get(name)
    if (!content) {
      response.writeHead(404).end()
      return
    }
    const isManifest = content === manifest
    response.writeHead(200, {
      'content-type': isManifest ? type : 'application/octet-stream',
      'content-length': content.byteLength,
      'docker-content-digest': digest(content),
    })
    response.end(request.method === 'HEAD' ? undefined : content)
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  return { image: `127.0.0.1:${port}/small:latest`, close: () => server.close() }
}

function digest(content: Uint8Array): string {
  return `sha256:${createHash('sha256').update(content).digest('hex')}`
}

function described(mediaType: string, content: Uint8Array): Record<string, unknown> {
  return { mediaType, size: content.byteLength, digest: digest(content) }
}
