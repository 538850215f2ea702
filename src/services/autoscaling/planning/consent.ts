/**
 * Whom a termination policy that is a function lets go. Pure.
 * https://docs.aws.amazon.com/autoscaling/ec2/userguide/lambda-custom-termination-policy.html
 */
import type { ActualMember } from "./plan.ts";

/** Why something is to go, in the words that the function hears. */
export type TerminationCause =
  | "SCALE_IN"
  | "INSTANCE_REFRESH"
  | "MAX_INSTANCE_LIFETIME"
  | "REBALANCE";

/** Instances that may go, by what the function was asked for. */
export type Consent = Readonly<Partial<Record<TerminationCause, ReadonlySet<string>>>>;

/** What the function is to be asked before anything goes. */
export interface Ask {
  cause: TerminationCause;
  /** Capacity units that are to go. */
  units: number;
  /** The members that they can be taken from. */
  memberIds: readonly string[];
}

/** Those of the members that may go: all where nobody has to ask, none before the answer is known. */
export function consenting(
  { consent }: { consent?: Consent | undefined },
  ask: { cause: TerminationCause; units: number; of: readonly ActualMember[] },
  asks: Ask[],
): ActualMember[] {
  const { cause, units, of } = ask;
  if (!consent) return [...of];
  const allowed = consent[cause];
  if (allowed) return of.filter(({ instanceId = "" }) => allowed.has(instanceId));
  if (units > 0 && of.length > 0) asks.push({ cause, units, memberIds: of.map(({ id }) => id) });
  return [];
}
