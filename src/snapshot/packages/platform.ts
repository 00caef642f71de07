/**
 * What this process can load of packages that are made for one platform.
 */
import type { PlatformParts } from '../objects/package-graph.ts'

let known: string | undefined

/** Operating system and processor; on Linux also which C library, because what is built for one does not load with the other. */
export function platformName(): string {
  return (known ??= [process.platform, process.arch, ...libraryName()].join('-'))
}

/** Whether parts that were made for a platform and an ABI can be loaded here. */
export function isForThisPlatform({ platform, abi }: PlatformParts): boolean {
  return platform === platformName() && (abi === '' || abi === 'napi' || abi === process.versions.modules)
}

function libraryName(): string[] {
  if (process.platform !== 'linux') return []
  const { header } = process.report.getReport() as { readonly header?: { readonly glibcVersionRuntime?: string } }
  return [header?.glibcVersionRuntime === undefined ? 'musl' : 'glibc']
}
