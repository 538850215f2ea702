/** Notices when security groups let other clients in than load balancers were told of. */
import { Door } from "#traffic/door.ts";
import type { Scope } from "#store/collection.ts";
import type { Environment } from "../service.ts";
import { inboundRules, outboundRules, type Guarded } from "./firewall.ts";

interface Watched {
  scope: Scope;
  guarded: Guarded;
  /** What it was told, in one text. */
  told: string;
  wake: () => void;
}

export interface GuardWatch {
  /** The load balancer serves by its groups' present rules; `wake` is called when they are others. */
  serve(id: string, scope: Scope, guarded: Guarded, served: ServedPorts, wake: () => void): void;
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
      const same = !scope || (scope.account === one.scope.account && scope.region === one.scope.region);
      if (same && rulesOf(env, one.scope, one.guarded) !== one.told) one.wake();
    }
  };
  env.groups.onChange(look);
  // Load balancers connect to each other, too.
  env.names.onChange(() => look());
  return {
    serve(id, scope, guarded, served, wake) {
      const told = rulesOf(env, scope, guarded);
      const news = watched.get(id)?.told !== told;
      watched.set(id, { scope, guarded, told, wake });
      if (news) tellWhoGetsIn(env, scope, guarded, served);
    },
    forget: (id) => void watched.delete(id),
  };
}

function rulesOf(env: Environment, scope: Scope, guarded: Guarded): string {
  return JSON.stringify([inboundRules(env, scope, guarded), outboundRules(env, scope, guarded)]);
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
  for (const port of ports)
    if (!door.admits("tcp", port, "127.0.0.1") && !door.admits("udp", port, "127.0.0.1"))
      env.log.warn("no rule of the load balancer's security groups lets this machine in", {
        loadBalancer: name,
        port,
        securityGroups: guarded.securityGroups,
      });
}
