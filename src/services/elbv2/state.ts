import { createFunctionBridges, type FunctionBridges } from "./functions/bridges.ts";
import type { KnownCertificates } from "#services/kit/load-balancing/certificates.ts";
import type { Sampler } from "#services/kit/period-sampler.ts";
/** What the service holds in memory: its data plane, and what can be measured anew. */
import type { Scope } from "#store/collection.ts";
import type { Key } from "#store/store.ts";
import type { Environment } from "#services/kit/service.ts";
import type { HttpClient } from "#http/client.ts";
import { createGuardWatch, type GuardWatch } from "#services/kit/load-balancing/guard-watch.ts";
import { createHttpClient } from "#http/client.ts";
import { openPlane } from "#traffic/open-plane.ts";
import type { TrafficPlane } from "#traffic/plane.ts";
import type { Streak } from "./health/plan.ts";
import type { LogPlaces } from "./logs.ts";

export type Wake = (scope: Scope, id: Key) => void;

export interface ServedBalancer {
  scope: Scope;
  name: string;
  dnsName: string;
  /** Where those of its logs go that it keeps. */
  logs: LogPlaces;
}

/** What health checks of a load balancer's targets logged. */
export interface HealthLines {
  arn: string;
  kind: "health-check";
  zone: string;
  lines: string[];
}

export interface State {
  /** The data plane, made when there is first something to do for it. */
  plane(): TrafficPlane;
  /** Undefined while nobody needed it. */
  readonly presentPlane: TrafficPlane | undefined;
  /** Where the data plane reaches functions. */
  readonly functions: FunctionBridges;
  /** Carries the gateway's traffic to listeners. */
  readonly client: HttpClient;
  /** Consecutive results of health checks, by target. */
  readonly streaks: Map<string, Streak>;
  /** What simulated machines had done when they were last looked at, by instance. */
  readonly modelled: Map<string, { served: number; refused: number }>;
  /** How each target was reached when it was last checked. */
  readonly reaches: Map<string, string>;
  readonly certificates: KnownCertificates;
  /** Follows the rules of their security groups. */
  readonly guards: GuardWatch;
  /** Load balancers that the data plane serves, by ARN. */
  readonly served: Map<string, ServedBalancer>;
  /** Names of the zones that each load balancer was last seen in, by ARN. */
  readonly zones: Map<string, string>;
  /** Results of health checks on their way to S3. */
  readonly healthLines: HealthLines[];
  /** Wake a reconciler for what no record of its own shows. */
  wakeLoadBalancer: Wake;
  wakeTarget: Wake;
  /** Signs links to what trust stores hold. */
  readonly linkKey: string;
  sampler: Sampler | undefined;
  readonly logSamplers: Sampler[];
}

export function createState(env: Environment): State {
  const { clock, traffic } = env;
  const state: State = {
    plane: () => openPlane(env),
    get presentPlane() {
      return traffic.present;
    },
    functions: createFunctionBridges(env),
    client: createHttpClient({ wall: clock.wall }),
    streaks: new Map(),
    reaches: new Map(),
    modelled: new Map(),
    certificates: new Map(),
    guards: createGuardWatch(env),
    served: new Map(),
    zones: new Map(),
    healthLines: [],
    linkKey: env.random.hex(64),
    wakeLoadBalancer: () => {},
    wakeTarget: () => {},
    sampler: undefined,
    logSamplers: [],
  };
  traffic.onLoss(() => {
    for (const { scope, name } of state.served.values()) state.wakeLoadBalancer(scope, [name]);
  });
  return state;
}
