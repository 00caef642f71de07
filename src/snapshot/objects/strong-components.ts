/**
 * The strongly connected components of a graph, by Tarjan's algorithm (SIAM J. Comput. 1972), without recursion: how deep a
 * graph is, its sender decides.
 */

interface Visit {
  readonly node: number
  next: number
}

/** Components of the graph in which node `i` leads to `edges[i]`; each comes after all that it leads to. */
export function strongComponents(edges: readonly (readonly number[])[]): number[][] {
  const components: number[][] = []
  const order: number[] = []
  const lowest: number[] = []
  const open: number[] = []
  const isOpen = new Set<number>()
  const visits: Visit[] = []
  const enter = (node: number): void => {
    order[node] = lowest[node] = visited++
    open.push(node)
    isOpen.add(node)
    visits.push({ node, next: 0 })
  }
  let visited = 0
  for (const start of edges.keys()) {
    if (order[start] === undefined) enter(start)
    for (let visit = visits.at(-1); visit; visit = visits.at(-1)) {
      const { node } = visit
      const to = edges[node]![visit.next++]
      if (to === undefined) {
        visits.pop()
        const from = visits.at(-1)?.node
        if (from !== undefined) lowest[from] = Math.min(lowest[from]!, lowest[node]!)
        if (lowest[node] === order[node]) components.push(close(node, open, isOpen))
      } else if (order[to] === undefined) enter(to)
      else if (isOpen.has(to)) lowest[node] = Math.min(lowest[node]!, order[to])
    }
  }
  return components
}

function close(node: number, open: number[], isOpen: Set<number>): number[] {
  const component = open.splice(open.lastIndexOf(node))
  for (const member of component) isOpen.delete(member)
  return component
}
