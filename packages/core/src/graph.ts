import type { Address, Resource } from './resource.ts';

/** Resources by address, in an order in which each comes after all it needs; ties keep the declared order. */
export type Graph = ReadonlyMap<Address, Resource>;

/**
 * Orders the resources by what they need.
 * @throws Error (a bug of ours) on a doubled address, a need that nobody declares, or a cycle
 */
export function toGraph(resources: readonly Resource[]): Graph {
  const byAddress = new Map<Address, Resource>();
  for (const resource of resources) {
    if (byAddress.has(resource.address)) throw new Error(`${resource.address} is declared twice`);
    byAddress.set(resource.address, resource);
  }
  const ordered = new Map<Address, Resource>();
  const open = new Set<Address>();
  const visit = (address: Address, from: Address | undefined) => {
    if (ordered.has(address)) return;
    const resource = byAddress.get(address);
    if (!resource) throw new Error(`${from} needs ${address}, which nobody declares`);
    if (open.has(address)) throw new Error(`${[...open, address].join(' → ')} is a cycle`);
    open.add(address);
    for (const need of resource.needs) visit(need, address);
    open.delete(address);
    ordered.set(address, resource);
  };
  for (const address of byAddress.keys()) visit(address, undefined);
  return ordered;
}

/** Everything that has to exist before this one, at any distance. */
export function needsOf(graph: Graph, address: Address): ReadonlySet<Address> {
  const found = new Set<Address>();
  const visit = (from: Address) => {
    for (const need of graph.get(from)?.needs ?? []) {
      if (found.has(need)) continue;
      found.add(need);
      visit(need);
    }
  };
  visit(address);
  return found;
}
