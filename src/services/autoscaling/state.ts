import type { Environment } from "#services/kit/service.ts";
import type { Offer } from "./planning/allocation.ts";
import { Consents } from "./reconcilers/consents.ts";
import { Rosters } from "./reconcilers/roster.ts";

/** Auto Scaling's volatile memory: when what was last looked at. Lost without harm. */
export interface State {
  /** Group (with account and region) to the moment of its last health check. */
  readonly healthCheckedMs: Map<string, number>;
  /** Group to what its mixed instances policy offered when it was asked last. */
  readonly rosters: Rosters;
  /** What groups' termination policies, where they are functions, answered a moment ago. */
  readonly consents: Consents;
  readonly offers: Map<string, { question: string; askedMs: number; offers: readonly Offer[] }>;
}

export function createState({ store }: Pick<Environment, "store">): State {
  return {
    healthCheckedMs: new Map(),
    offers: new Map(),
    rosters: new Rosters(store),
    consents: new Consents(),
  };
}
