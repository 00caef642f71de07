/** Functions that see a module which is edited. */
import { version } from './version.ts'

export function seenVersion(): number {
  return version
}

export async function deferredVersion(): Promise<number> {
  return (await import('./version.ts')).version
}

/** For inputs that do not matter. */
export function versionOf(_item: number): number {
  return version
}
