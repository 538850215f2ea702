/** Which instances go when there are too many. Pure. */
import { causes, joinCauses } from "../causes.ts";
import { spotGoes, unitsOf, type Allocation } from "./allocation.ts";
import { consenting, type Ask, type Consent } from "./consent.ts";
import { crowdOf } from "./launches.ts";
import type { ActualMember } from "./plan.ts";
import { selectForTermination } from "./termination.ts";

interface Shrinking {
  desired: number;
  terminationPolicies: readonly string[];
  consent?: Consent | undefined;
  causes: readonly string[];
  allocation?: Allocation | undefined;
}

/** How members go: at once, or after the group's function was asked. */
export interface Parting {
  asks: Ask[];
  terminate: (member: ActualMember, cause: string) => void;
}

/**
 * Takes instances out until no more of them can go without falling below `desired` units, by the
 * termination policies; of a mixed group first from the purchase option that has more than its share.
 */
export function shrink(
  group: Shrinking,
  staying: readonly ActualMember[],
  desired: number,
  nowMs: number,
  { asks, terminate }: Parting,
): void {
  const left = new Map(staying.map((member) => [member.id, member]));
  const crowd = crowdOf(staying);
  let capacity = staying.reduce((sum, member) => sum + unitsOf(member), 0);
  const shrinking = causes.shrinking(nowMs, capacity, desired);
  // Instances that are still starting are not chosen; they are taken once they are in service. Nor do
  // those in service go in their place by then: "new instances are launched before old ones terminate".
  let serving = staying
    .filter(({ phase }) => phase === "in-service")
    .reduce((sum, member) => sum + unitsOf(member), 0);
  const removable = staying.filter((member) => member.phase === "in-service" && !member.protected);
  const units = Math.min(capacity, serving) - desired;
  const willing = consenting(group, { cause: "SCALE_IN", units, of: removable }, asks);
  const candidates = new Map(willing.map((member) => [member.id, member]));
  while (Math.min(capacity, serving) > desired) {
    const fitting = [...candidates.values()].filter(
      (member) => unitsOf(member) <= Math.min(capacity, serving) - desired,
    );
    const chosen = selectForTermination(
      ofOption(group, fitting, [...left.values()], desired),
      crowd,
      group.terminationPolicies,
      nowMs,
    );
    const member = chosen && left.get(chosen.id);
    if (!member) return;
    left.delete(member.id);
    candidates.delete(member.id);
    capacity -= unitsOf(member);
    serving -= unitsOf(member);
    crowd.set(member.zone, crowd.get(member.zone)! - unitsOf(member));
    const selected = causes.selected(nowMs, member.instanceId ?? member.id);
    terminate(member, joinCauses(...group.causes, shrinking, selected));
  }
}

function ofOption(
  { allocation }: Shrinking,
  candidates: readonly ActualMember[],
  staying: readonly ActualMember[],
  desired: number,
): readonly ActualMember[] {
  if (!allocation) return candidates;
  const spot = spotGoes(allocation, staying, desired);
  const option = candidates.filter((member) => (member.spot ?? false) === spot);
  // Where that option has only protected instances, the other one must do.
  return option.length > 0 ? option : candidates;
}
