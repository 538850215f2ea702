/** A request on its way through a balancer, once a rule has been found for it. */
import type { HttpRequest } from "#http/http.ts";
import type { Trace } from "./access-log.ts";
import type { Classification, treat } from "./desync.ts";
import type { CompiledRule, RequestFacts } from "./rules.ts";

export interface Passing {
  request: HttpRequest;
  facts: RequestFacts;
  rule: CompiledRule;
  /** What an identity provider said of the user, names and values in turn. */
  known: string[];
  trace: Trace | undefined;
  doubt: Doubt | undefined;
}

export type Doubt = Classification & ReturnType<typeof treat>;
