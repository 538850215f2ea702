/** Gives load balancers their network interfaces, and takes them back a while after they are gone. */
import { isDeepStrictEqual } from "node:util";
import { AwsError } from "#model/error.ts";
import type { Reconciler } from "#services/kit/reconciler.ts";
import type { Environment } from "#services/kit/service.ts";
import type { Collection, Scope } from "#store/collection.ts";
import type { Key } from "#store/store.ts";
import { keepInterfaces, type InterfaceAddresses } from "./keep.ts";
import type { WantedInterface } from "./plan.ts";

/** Written before a load balancer's first interface, deleted after its last: nothing is forgotten in between. */
export interface InterfaceHolder {
  /** "ELB app/web/50dc6c495c0c9188": by it they are found. */
  description: string;
  /** As they were when all was last as it should be; undefined until it was once. */
  addresses?: InterfaceAddresses;
  /** Since when EC2 does not give it what it should have. */
  trouble?: InterfaceTrouble;
  /** When they leave; their load balancer is gone. */
  leaveMs?: number;
}

export interface InterfaceTrouble {
  sinceMs: number;
  /** What EC2 said first. */
  reason: string;
  /** It is not to be expected any more that it passes. */
  isLasting?: true;
}

/** What is in the way may be about to leave, as interfaces of a load balancer that was deleted are. */
const patienceMs = 120_000;
const retryMs = 5000;
/** Of load balancers that serve, for which more is wanted than they have. */
const lastingRetryMs = 60_000;

/**
 * AWS does not say how long the interfaces outlive their load balancer: that it is a while, and what is bound to
 * them cannot go before. https://repost.aws/knowledge-center/elb-network-interface-vpc-error
 */
const lingerMs = 5000;

interface Kind<Balancer> {
  /** "elbv2" */
  service: string;
  /** [name] */
  balancers: Collection<Balancer>;
  /** [load balancer's name, its id] */
  holders: Collection<InterfaceHolder>;
  factsOf: (balancer: Balancer) => InterfaceFacts;
}

interface Present extends InterfaceFacts {
  known: InterfaceAddresses | undefined;
  trouble: InterfaceTrouble | undefined;
}

export interface InterfaceFacts {
  /** Tells it from another of its name. */
  id: string;
  description: string;
  wanted: WantedInterface[];
}

export function interfaceReconciler<Balancer>(
  env: Pick<Environment, "clients" | "store" | "clock" | "log">,
  { service, balancers, holders, factsOf }: Kind<Balancer>,
): Reconciler {
  return {
    name: `${service}/network-interfaces`,
    watches: [
      { collection: balancers },
      // At a start, those of load balancers that are gone already.
      { collection: holders, idOf: (id) => [String(id[0])] },
    ],
    async reconcile(scope, [key]) {
      const name = String(key);
      const { present, others } = await env.store.transaction(async (tx) => {
        const balancer = await balancers.get(tx, scope, name);
        const facts = balancer && factsOf(balancer);
        const entries = await holders.entries(tx, scope, [name]);
        const own = entries.find(({ id }) => id[1] === facts?.id);
        if (facts && !own)
          holders.put(tx, scope, [name, facts.id], { description: facts.description });
        return {
          present: facts && {
            ...facts,
            known: own?.record.addresses,
            trouble: own?.record.trouble,
          },
          others: entries.filter((entry) => entry !== own),
        };
      });
      const now = env.clock.now();
      const moments: number[] = [];
      for (const { id, record } of others) {
        const isTakenOver = record.description === present?.description;
        const leaveMs = isTakenOver ? now : (record.leaveMs ?? now + lingerMs);
        if (leaveMs > now) {
          moments.push(leaveMs);
          if (record.leaveMs === undefined)
            await change(scope, id, (holder) => ({ ...holder, leaveMs }));
          continue;
        }
        // A Classic Load Balancer's are described by its name, which another may have by now.
        if (!isTakenOver) await keepInterfaces(env, scope, record.description, []);
        await change(scope, id, () => undefined);
      }
      const retryAfterMs = present && (await keep(scope, name, present, now));
      if (retryAfterMs !== undefined) moments.push(now + retryAfterMs);
      return moments.length > 0 ? { afterMs: Math.min(...moments) - now } : undefined;
    },
  };

  /** Gives when to try again what EC2 refused; one that was never set up is given up some day. */
  async function keep(
    scope: Scope,
    name: string,
    { id, description, wanted, known, trouble }: Present,
    now: number,
  ): Promise<number | undefined> {
    try {
      const addresses = await keepInterfaces(env, scope, description, wanted);
      if (trouble || !isDeepStrictEqual(addresses, known))
        await change(scope, [name, id], ({ trouble: _over, ...holder }) => ({
          ...holder,
          addresses,
        }));
      return undefined;
    } catch (error) {
      if (!(error instanceof AwsError) || error.code === "NotImplemented") throw error;
      const { sinceMs, reason, isLasting } = trouble ?? { sinceMs: now, reason: error.message };
      const lasts = now - sinceMs >= patienceMs;
      if (!trouble || (lasts && !isLasting)) {
        const next: InterfaceTrouble = { sinceMs, reason, ...(lasts && { isLasting: true }) };
        await change(scope, [name, id], (holder) => ({ ...holder, trouble: next }));
        if (lasts)
          env.log.warn("a load balancer does not get its network interfaces", { name, reason });
      }
      if (!lasts) return retryMs;
      return known && lastingRetryMs;
    }
  }

  async function change(
    scope: Scope,
    id: Key,
    how: (holder: InterfaceHolder) => InterfaceHolder | undefined,
  ): Promise<void> {
    await env.store.transaction(async (tx) => {
      const holder = await holders.get(tx, scope, ...id);
      const changed = holder && how(holder);
      if (changed) holders.put(tx, scope, id, changed);
      else if (holder) holders.delete(tx, scope, ...id);
    });
  }
}
