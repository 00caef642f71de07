/**
 * What was sent of packages that are made for one platform: usable here, not needed here, or a reason to refuse.
 */
import { ModulePickleError } from '../../errors.ts'
import { reachableLabels, type PackageGraph, type PackageNode } from '../objects/package-graph.ts'
import { isForThisPlatform, platformName } from '../packages/platform.ts'

/** The dependencies for one platform that are linked: none where they are for another one, and the package does without. */
export function usableParts({ parts }: PackageNode): Readonly<Record<string, string>> {
  return parts && isForThisPlatform({ ...parts, abi: '' }) ? parts.dependencies : {}
}

/**
 * The labels that `labels` lead to and that are to be put in place here.
 * @throws ModulePickleError ERR_PACKAGE_NATIVE for one that cannot be loaded here
 */
export function copiedLabels(graph: PackageGraph, labels: Iterable<string>): string[] {
  const here = Object.entries(graph).map(([label, node]): [string, PackageNode] => [
    label,
    node.parts ? Object.assign({}, node, { parts: { ...node.parts, dependencies: usableParts(node) } }) : node,
  ])
  const reached = [...reachableLabels(Object.fromEntries(here), labels)]
  for (const label of reached) {
    const { native, parts } = graph[label]!
    const misses = parts?.isOneOfMany === true && Object.keys(parts.dependencies).length > 0
    if (parts && (native || misses) && !isForThisPlatform(parts)) throw notForHere(label, graph[label]!)
  }
  return reached
}

function notForHere(label: string, { parts }: PackageNode): ModulePickleError {
  const package_ = label.replace(/~[0-9a-f]{64}$/, '')
  const abi = parts!.abi === '' || parts!.abi === 'napi' ? '' : ` and the ABI ${parts!.abi} of Node`
  return new ModulePickleError(
    'ERR_PACKAGE_NATIVE',
    `The installed package ${package_} was sent with parts for ${parts!.platform}${abi}; this is ${platformName()} with the ABI ${process.versions.modules} (Node ${process.version}). Nothing was run. Install it here (npm install ${package_}), and name the directory that has it in \`packages\`.`,
  )
}
