/**
 * The export conditions of the running process: what `exports` and `imports` maps are read with.
 *
 * Read from the command line and NODE_OPTIONS, because Node has no API that tells them.
 */

export type ResolveMode = 'import' | 'require'

/** The conditions given with `--conditions` or `-C`, in order, without duplicates. */
export function customConditions(
  execArgv: readonly string[] = process.execArgv,
  nodeOptions: string = process.env['NODE_OPTIONS'] ?? '',
): string[] {
  const words = [...nodeOptions.split(/\s+/).filter(word => word !== ''), ...execArgv]
  const found = new Set<string>()
  for (const [index, word] of words.entries()) {
    const inline = /^(?:--conditions|-C)=(.+)$/.exec(word)?.[1]
    const following = word === '--conditions' || word === '-C' ? words[index + 1] : undefined
    const condition = inline ?? following
    if (condition !== undefined) found.add(condition)
  }
  return [...found]
}

/** All conditions that hold in this process for `import` or `require`. */
export function conditionsFor(mode: ResolveMode): ReadonlySet<string> {
  const conditions = new Set([mode, 'node', 'node-addons', ...customConditions()])
  if (loadsModulesByRequire()) conditions.add('module-sync')
  return conditions
}

function loadsModulesByRequire(): boolean {
  const features = process.features as { readonly require_module?: boolean }
  return features.require_module === true
}
