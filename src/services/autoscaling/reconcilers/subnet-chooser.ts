import type { GroupRecord, MemberRecord } from "../records.ts";

/** Of several subnets in a zone gives the one with fewest instances of the group, and counts it in. */
export function subnetChooser(
  { subnets }: Pick<GroupRecord, "subnets">,
  members: readonly Pick<MemberRecord, "subnetId">[],
): (zone: string) => string | undefined {
  const crowd = new Map<string, number>();
  const held = (id: string) => crowd.get(id) ?? 0;
  for (const { subnetId } of members) if (subnetId) crowd.set(subnetId, held(subnetId) + 1);
  return (zone) => {
    const candidates = subnets.filter((subnet) => subnet.zone === zone).map(({ id }) => id);
    const best = candidates.toSorted((a, b) => held(a) - held(b))[0];
    if (best !== undefined) crowd.set(best, held(best) + 1);
    return best;
  };
}
