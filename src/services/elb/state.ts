/** What the service holds in memory: what can be measured anew. */
import type { HttpClient } from "#http/client.ts";
import { createHttpClient } from "#http/client.ts";
import type { KnownCertificates } from "#services/kit/load-balancing/certificates.ts";
import { createGuardWatch, type GuardWatch } from "#services/kit/load-balancing/guard-watch.ts";
import type { Sampler } from "#services/kit/period-sampler.ts";
import type { Environment } from "#services/kit/service.ts";
import type { Scope } from "#store/collection.ts";
import type { Key } from "#store/store.ts";
import { openPlane } from "#traffic/open-plane.ts";
import type { TrafficPlane } from "#traffic/plane.ts";
import type { Streak } from "./health/plan.ts";
import type { LogPlace } from "./records.ts";

export type Wake = (scope: Scope, id: Key) => void;

export interface Served {
  scope: Scope;
  name: string;
  dnsName: string;
  /** Where its access log goes, if it keeps one. */
  log: LogPlace | undefined;
}

export interface State {
  /** The data plane, made when there is first something to do for it. */
  plane(): TrafficPlane;
  /** Undefined while nobody needed it. */
  readonly presentPlane: TrafficPlane | undefined;
  /** Carries the gateway's traffic to listeners. */
  readonly client: HttpClient;
  /** Consecutive results of health checks, by instance. */
  readonly streaks: Map<string, Streak>;
  /** How each instance was reached when it was last checked. */
  readonly reaches: Map<string, string>;
  /** What simulated machines had done when they were last looked at, by instance. */
  readonly modelled: Map<string, { served: number; refused: number }>;
  readonly certificates: KnownCertificates;
  /** Follows the rules of their security groups. */
  readonly guards: GuardWatch;
  /** Load balancers that the data plane serves, by their ids. */
  readonly served: Map<string, Served>;
  /** Wake a reconciler for what no record of its own shows. */
  wakeLoadBalancer: Wake;
  wakeInstance: Wake;
  samplers: Sampler[];
  /** Metrics are published. */
  measures: boolean;
  /** Lines of access logs are brought to where they go. */
  deliversLogs: boolean;
}

export function createState(env: Environment): State {
  const { clock, traffic } = env;
  const state: State = {
    plane: () => openPlane(env),
    get presentPlane() {
      return traffic.present;
    },
    client: createHttpClient({ wall: clock.wall }),
    streaks: new Map(),
    reaches: new Map(),
    modelled: new Map(),
    certificates: new Map(),
    guards: createGuardWatch(env),
    served: new Map(),
    wakeLoadBalancer: () => {},
    wakeInstance: () => {},
    samplers: [],
    measures: false,
    deliversLogs: false,
  };
  traffic.onLoss(() => {
    for (const { scope, name } of state.served.values()) state.wakeLoadBalancer(scope, [name]);
  });
  return state;
}
