/** Notices when security groups let other clients in than load balancers were told of. */
import { Door } from "#traffic/door.ts";
import type { Scope } from "#store/collection.ts";
import type { Environment } from "../service.ts";
import {
  countsAsDefault,
  clientNames,
  inboundRules,
  introductions,
  outboundRules,
  type Guarded,
} from "./firewall.ts";

const thisMachine = "127.0.0.1";
/** Of a range that is nobody's (RFC 5737). */
const someStranger = "192.0.2.1";

interface Watched {
  scope: Scope;
  guarded: Guarded;
  /** What it was told, in one text. */
  told: string;
  /** Who comes in, the same way, and how often that was something else. */
  inbound: string;
  revision: number;
  /** Of which the log has told. */
  ports: readonly number[];
  wake: () => void;
}

export interface GuardWatch {
  /**
   * The load balancer serves by its groups' present rules; `wake` is called when they are others. Gives their
   * revision.
   */
  serve(id: string, scope: Scope, guarded: Guarded, served: ServedPorts, wake: () => void): number;
  forget(id: string): void;
}

export interface ServedPorts {
  name: string;
  ports: readonly number[];
}

export function createGuardWatch(env: Environment): GuardWatch {
  const watched = new Map<string, Watched>();
  const look = (scope?: Scope) => {
    for (const one of watched.values()) {
      const same =
        !scope || (scope.account === one.scope.account && scope.region === one.scope.region);
      if (same && rulesOf(env, one.scope, one.guarded) !== one.told) one.wake();
    }
  };
  env.groups.onChange(look);
  // Load balancers connect to each other, too.
  env.names.onChange(() => look());
  return {
    serve(id, scope, guarded, served, wake) {
      const told = rulesOf(env, scope, guarded);
      const before = watched.get(id);
      const inbound = JSON.stringify(inboundRules(env, scope, guarded));
      const isNews = !before || before.inbound !== inbound;
      const revision = (before?.revision ?? 0) + (isNews ? 1 : 0);
      const { name, ports } = served;
      watched.set(id, { scope, guarded, told, inbound, revision, ports, wake });
      const fresh = isNews ? ports : ports.filter((port) => !before.ports.includes(port));
      tellWhoGetsIn(env, scope, guarded, { name, ports: fresh });
      return revision;
    },
    forget: (id) => void watched.delete(id),
  };
}

function rulesOf(env: Environment, scope: Scope, guarded: Guarded): string {
  return JSON.stringify([
    inboundRules(env, scope, guarded),
    outboundRules(env, scope, guarded),
    clientNames(env, scope, guarded),
    guarded.type === "network" && introductions(env, scope, guarded),
  ]);
}

/** A client that waits in vain learns nothing; whoever reads the log does. */
function tellWhoGetsIn(
  env: Environment,
  scope: Scope,
  guarded: Guarded,
  { name, ports }: ServedPorts,
): void {
  const door = new Door();
  door.configure(inboundRules(env, scope, guarded));
  const letsIn = (port: number, address: string) =>
    door.admits("tcp", port, address) || door.admits("udp", port, address);
  for (const port of ports) {
    const facts = { loadBalancer: name, port, securityGroups: guarded.securityGroups };
    if (!letsIn(port, thisMachine))
      // Inside, load balancers are often for others alone.
      env.log[guarded.scheme === "internal" ? "info" : "warn"](
        "no rule of the load balancer's security groups lets this machine in",
        facts,
      );
    else if (!letsIn(port, someStranger) && countsAsDefault(env, scope, guarded))
      env.log.info(
        "this machine reaches the load balancer as a member of the VPC's default security group; on AWS nobody outside would",
        facts,
      );
  }
}
