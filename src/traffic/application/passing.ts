/** A request on its way through a balancer, once a rule has been found for it. */
import type { HttpRequest } from "#http/http.ts";
import type { Trace } from "./access-log.ts";
import type { Classification, treat } from "./desync.ts";
import type { CompiledRule, RequestFacts } from "./rules.ts";
import type { TargetGroup } from "./target-group.ts";

export interface Passing {
  request: HttpRequest;
  facts: RequestFacts;
  rule: CompiledRule;
  /** Those that rules led to when it came. */
  groups: ReadonlyMap<string, TargetGroup>;
  /** What an identity provider said of the user, names and values in turn. */
  known: string[];
  trace: Trace | undefined;
  doubt: Doubt | undefined;
}

export type Doubt = Classification & ReturnType<typeof treat>;
