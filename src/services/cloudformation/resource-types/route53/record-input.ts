/** Records as templates write them, and their way into a zone. */
import type { Change, ResourceRecordSet } from "@aws-sdk/client-route-53";
import { isSameDnsName } from "#services/kit/dns-name.ts";
import type { Properties, StackClients } from "../resource-type.ts";
import { ResourceFailure } from "../resource-type.ts";

/** The record's members are named as the API's; values stand alone, and TTL may be text. */
export function recordOf(properties: Properties): ResourceRecordSet {
  const { HostedZoneId: _id, HostedZoneName: _zone, Comment: _comment, ...members } = properties;
  const { ResourceRecords, TTL, AliasTarget, Weight, ...rest } = members;
  return {
    ...(rest as unknown as ResourceRecordSet),
    ...(Weight !== undefined && { Weight: Number(Weight) }),
    ...(TTL !== undefined && { TTL: Number(TTL) }),
    ...(ResourceRecords !== undefined && {
      ResourceRecords: (ResourceRecords as string[]).map((Value) => ({ Value })),
    }),
    ...(AliasTarget !== undefined && {
      AliasTarget: { EvaluateTargetHealth: false, ...(AliasTarget as object) } as NonNullable<
        ResourceRecordSet["AliasTarget"]
      >,
    }),
  };
}

/** The zone that a template names by its id, or by its name with a dot at the end. */
export async function zoneIdOf({ route53 }: StackClients, properties: Properties): Promise<string> {
  const { HostedZoneId, HostedZoneName } = properties;
  if (HostedZoneId !== undefined) return String(HostedZoneId).replace("/hostedzone/", "");
  if (HostedZoneName === undefined)
    throw new ResourceFailure("Either HostedZoneId or HostedZoneName must be specified.");
  const { HostedZones = [] } = await route53.ListHostedZonesByName({ DNSName: HostedZoneName });
  const found = HostedZones.filter(({ Name }) => Name === HostedZoneName);
  if (found.length === 0)
    throw new ResourceFailure(`No hosted zones named ${HostedZoneName} found`);
  if (found.length > 1)
    throw new ResourceFailure(`Multiple hosted zones named ${HostedZoneName} found`);
  return found[0]!.Id!.replace("/hostedzone/", "");
}

export function changeAll(
  { route53 }: StackClients,
  HostedZoneId: string,
  Changes: readonly Change[],
  Comment: string | undefined,
) {
  return route53.ChangeResourceRecordSets({
    HostedZoneId,
    ChangeBatch: { Changes: [...Changes], ...(Comment !== undefined && { Comment }) },
  });
}

/** The records of a zone as they are now, of those that a template made: nothing where they are gone. */
export async function presentOf(
  { route53 }: StackClients,
  HostedZoneId: string,
  set: ResourceRecordSet,
): Promise<ResourceRecordSet | undefined> {
  const { ResourceRecordSets = [] } = await route53.ListResourceRecordSets({
    HostedZoneId,
    StartRecordName: set.Name,
    StartRecordType: set.Type,
    ...(set.SetIdentifier !== undefined && { StartRecordIdentifier: set.SetIdentifier }),
    MaxItems: 1,
  });
  const [first] = ResourceRecordSets;
  const isIt =
    first?.Type === set.Type &&
    first?.SetIdentifier === set.SetIdentifier &&
    isSameDnsName(first?.Name, set.Name);
  return isIt ? first : undefined;
}
