/**
 * Which module a namespace object belongs to, for those that were imported on behalf of a pickle. Node has no way to ask.
 */

const files = new WeakMap<object, string>()

export function rememberNamespace(namespace: object, file: string): void {
  files.set(namespace, file)
}

export function namespaceFile(namespace: object): string | undefined {
  return files.get(namespace)
}
