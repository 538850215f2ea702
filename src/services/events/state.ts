/** What EventBridge may lose: the rules of each bus, ready to be asked. */
import { createHttpClient, type HttpClient } from "#http/client.ts";
import { createMinuteCounters, type MinuteCounters } from "#services/kit/minute-counters.ts";
import type { Sampler } from "#services/kit/period-sampler.ts";
import type { Environment } from "#services/kit/service.ts";
import type { Scope } from "#store/collection.ts";
import type { Store, Unwatch } from "#store/store.ts";
import { parseEventPattern, type EventPattern } from "#services/kit/event-pattern/pattern.ts";
import { rules, type RuleRecord } from "./records.ts";

/** An enabled rule with a pattern. */
export interface ReadyRule {
  rule: RuleRecord;
  wants: EventPattern;
}

export interface EventsState {
  /** The enabled rules of a bus; nearly every event finds none, and costs no transaction then. */
  rulesOf(scope: Scope, bus: string): Promise<readonly ReadyRule[]>;
  readonly counters: MinuteCounters;
  /** For API destinations. */
  readonly http: HttpClient;
  /** When the next request to an API destination is due, by its ARN. */
  readonly paces: Map<string, number>;
  /** Set while the service runs. */
  sensors?: Sampler;
  stop(): Promise<void>;
}

export function createEventsState({
  store,
  clock,
}: Pick<Environment, "store" | "clock">): EventsState {
  const ready = new Map<string, readonly ReadyRule[]>();
  const keyOf = ({ account, region }: Scope, bus: string) => `${account} ${region} ${bus}`;
  const unwatch: Unwatch = store.watchCollection(rules.path, (keys) => {
    for (const key of keys) {
      const { scope, id } = rules.parse(key)!;
      ready.delete(keyOf(scope, String(id[0])));
    }
  });
  return {
    rulesOf: async (scope, bus) =>
      ready.get(keyOf(scope, bus)) ??
      (await read(store, scope, bus, (found) => ready.set(keyOf(scope, bus), found))),
    counters: createMinuteCounters(),
    http: createHttpClient({ wall: clock.wall }),
    paces: new Map(),
    async stop() {
      await this.sensors?.stop();
      this.http.close();
      unwatch();
    },
  };
}

function read(
  store: Store,
  scope: Scope,
  bus: string,
  keep: (found: readonly ReadyRule[]) => void,
): Promise<readonly ReadyRule[]> {
  return store.transaction(async (tx) => {
    const found = (await rules.list(tx, scope, [bus])).flatMap((rule) =>
      rule.pattern === undefined || rule.state === "DISABLED"
        ? []
        : [{ rule, wants: parseEventPattern(rule.pattern) }],
    );
    // Within the transaction, so that no change of a rule can come between.
    keep(found);
    return found;
  });
}
