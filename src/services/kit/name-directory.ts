/**
 * Names that services give to what they run (load balancers, instances), for the DNS server. They are measured facts
 * of this process, published anew by reconcilers after a start, and so in no store.
 */
export interface PublishedName {
  /** "web-1.us-east-1.elb.localhost" */
  name: string;
  /** Where it is reached from this machine. */
  addresses: string[];
  /** What machines of a VPC are told instead, where they reach each other under private addresses. */
  inside?: { vpcId: string; addresses: string[] } | undefined;
  /** Machines of a zone are told its own addresses instead, in so large a share of answers. */
  affinity?: { byZone: Record<string, string[]>; share: number } | undefined;
  /** Only machines of this VPC, and this host, see it. */
  vpcId?: string | undefined;
  /** False when nothing behind it is healthy; for aliases that evaluate their target's health. */
  healthy?: boolean | undefined;
}

/** A machine that asks for names of its VPC at an address of its own. */
export interface PublishedMachine {
  host: string;
  vpcId: string;
  zone: string;
}

/** A load balancer: it connects to machines of a VPC from addresses of its own on this host. */
export interface PublishedSender {
  vpcId: string;
  /** Its network interfaces' addresses, and where on this host what is behind them is and connects from. */
  nodes: readonly { address: string; host: string }[];
  /** The security groups that its traffic counts as. */
  groups: readonly string[];
}

export interface Published {
  names: PublishedName[];
  sender?: PublishedSender | undefined;
  machine?: PublishedMachine | undefined;
}

export interface NameDirectory {
  /** In place of what the owner, an ARN or id, published before; nothing takes it back. */
  publish(owner: string, published: Published | undefined): void;
  list(): Published[];
  /** Calls back after changes. */
  onChange(changed: () => void): () => void;
}

export function createNameDirectory(): NameDirectory {
  const owners = new Map<string, Published>();
  const listeners = new Set<() => void>();
  return {
    publish(owner, published) {
      const before = JSON.stringify(owners.get(owner));
      if (JSON.stringify(published) === before) return;
      if (published) owners.set(owner, published);
      else owners.delete(owner);
      for (const changed of listeners) changed();
    },
    list: () => [...owners.values()],
    onChange(changed) {
      listeners.add(changed);
      return () => void listeners.delete(changed);
    },
  };
}
