/** What is wrong with a record beside others, once the whole batch has been applied. */
import type { ResourceRecordSet } from "@aws-sdk/client-route-53";
import { isWithin } from "./names.ts";
import { policyOf, slotOf } from "./routing.ts";
import type { ZoneView } from "./zone-view.ts";

/** The record that an alias names must be there, in the same zone; others' names are not ours to judge. */
export async function aliasProblems(view: ZoneView, set: ResourceRecordSet): Promise<string[]> {
  if (!set.AliasTarget) return [];
  const { DNSName, HostedZoneId } = set.AliasTarget;
  const tried = `Tried to create an alias that targets ${DNSName}, type ${set.Type} in zone ${HostedZoneId}`;
  if (HostedZoneId !== view.id)
    return (await view.zoneExists(HostedZoneId!))
      ? [`${tried}, but that target was not found`]
      : [];
  if (!isWithin(DNSName!, view.name))
    return [`${tried}, but the alias target name does not lie within the target zone`];
  const targets = await view.ofName(DNSName!);
  if (DNSName === set.Name || !targets.some(({ Type }) => Type === set.Type))
    return [`${tried}, but that target was not found`];
  return [];
}

/** Against the other records of the name, once the whole batch has been applied. */
export function conflicts(
  view: ZoneView,
  set: ResourceRecordSet,
  ofName: readonly ResourceRecordSet[],
): string[] {
  const { Name, Type } = set;
  const named = `RRSet of type ${Type} with DNS name ${Name}`;
  if (Type === "CNAME" && ofName.some((one) => one.Type !== "CNAME"))
    return [
      `${named} is not permitted as it conflicts with other records with the same DNS name in zone ${view.name}`,
    ];
  if (Type !== "CNAME" && ofName.some((one) => one.Type === "CNAME"))
    return [
      `${named} is not permitted because a conflicting RRSet of type CNAME with the same DNS name already exists in zone ${view.name}`,
    ];
  const others = ofName.filter((one) => one.Type === Type && !isSame(one, set));
  const identifier = set.SetIdentifier === undefined ? "" : `, SetIdentifier ${set.SetIdentifier}`;
  const head = `RRSet with DNS name ${Name}, type ${Type}${identifier}`;
  const policy = policyOf(set);
  const { setsOfOneNameAndType: most } = view;
  if (others.length >= most)
    return [`${head} cannot be created as more than ${most} exist with the same name and type.`];
  for (const other of others) {
    if (policy === "simple" || policyOf(other) === "simple")
      return [`${head} cannot be created as other RRSets exist with the same name and type.`];
    if (policyOf(other) !== policy)
      return [
        `${head} cannot be created because a ${policy === "multivalue" ? "non multivalue answer" : `non-${policy}`} rrset exists with the same name and type.`,
      ];
    if (policy === "weighted" && !set.AliasTarget && !other.AliasTarget && other.TTL !== set.TTL)
      return [`${head} cannot be created as weighted sets must contain the same TTL.`];
    const slot = slotOf(set);
    if (slot !== undefined && slotOf(other) === slot)
      return [
        `${head} cannot be created as another RRSet with the same name, type and ${slot} exists.`,
      ];
  }
  return [];
}

export function isSame(one: ResourceRecordSet, other: ResourceRecordSet): boolean {
  return (
    one.Name === other.Name && one.Type === other.Type && one.SetIdentifier === other.SetIdentifier
  );
}
