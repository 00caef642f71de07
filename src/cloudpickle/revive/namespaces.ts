/**
 * Which module a namespace object belongs to, for those that were imported on behalf of a pickle. Node has no way to ask.
 */
import { processRegistry } from '../source/process-registry.ts'

const files = processRegistry('namespaces', 1, () => new WeakMap<object, string>())

export function rememberNamespace(namespace: object, file: string): void {
  files.set(namespace, file)
}

export function namespaceFile(namespace: object): string | undefined {
  return files.get(namespace)
}
