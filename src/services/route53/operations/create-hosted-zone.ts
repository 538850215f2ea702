import type { ResourceRecordSet, VPC } from "@aws-sdk/client-route-53";
import type { Context } from "#services/kit/service.ts";
import { listScopes } from "#store/collection.ts";
import type { Transaction } from "#store/store.ts";
import type { Route53Operation } from "../context.ts";
import {
  conflictingDomain,
  conflictingServers,
  invalidDomainName,
  invalidInput,
  noSuchDelegationSet,
  tooManyZones,
  tooManyZonesOfSet,
  zoneExists,
} from "../errors.ts";
import { bareId, drawId, drawNameServers, privateNameServers } from "../ids.ts";
import { inputName } from "../input-name.ts";
import { limits } from "../limits.ts";
import { isWithin } from "../names.ts";
import { delegationSets, hostedZones, ofAccount, recordSets, type ZoneRecord } from "../records.ts";
import { checkVpc } from "../vpcs.ts";
import { beginChange, setId, showZone } from "../zones.ts";

/** https://docs.aws.amazon.com/Route53/latest/APIReference/API_CreateHostedZone.html */
export const createHostedZone: Route53Operation<"CreateHostedZone"> = async (input, context) => {
  const name = zoneName(input.Name!);
  const { VPC, HostedZoneConfig } = input;
  if (HostedZoneConfig?.PrivateZone === true && !VPC)
    throw invalidInput("When you're creating a private hosted zone, you must specify a VPC.");
  if (VPC && input.DelegationSetId)
    throw invalidInput("A private hosted zone can't use a reusable delegation set.");
  if (VPC) await checkVpc(context, VPC);
  const scope = ofAccount(context);
  return context.store.transaction(async (tx) => {
    const zones = await hostedZones.list(tx, scope);
    if (zones.some((zone) => zone.callerReference === input.CallerReference)) throw zoneExists();
    if (zones.length >= limits.hostedZones) throw tooManyZones(limits.hostedZones);
    if (VPC) await checkConflicts(tx, name, VPC);
    const zone: ZoneRecord = {
      id: drawId(context.random, "Z"),
      name,
      callerReference: input.CallerReference!,
      comment: HostedZoneConfig?.Comment,
      isPrivate: VPC !== undefined,
      vpcs: VPC ? [VPC] : [],
      ...(VPC
        ? { nameServers: privateNameServers }
        : await serversFor(tx, context, input.DelegationSetId, name, zones)),
      setCount: 2,
      createdMs: context.clock.now(),
      linkedService: linkedService(context, HostedZoneConfig?.Comment),
      tags: {},
    };
    hostedZones.put(tx, scope, [zone.id], zone);
    for (const set of firstRecords(zone)) recordSets.put(tx, scope, setId(zone.id, set), set);
    return {
      HostedZone: showZone(zone),
      ChangeInfo: beginChange(tx, context),
      VPC: zone.isPrivate ? VPC : undefined,
      DelegationSet: zone.isPrivate
        ? undefined
        : {
            ...(zone.delegationSetId && { Id: `/delegationset/${zone.delegationSetId}` }),
            NameServers: zone.nameServers,
          },
      Location: `https://route53.amazonaws.com/2013-04-01/hostedzone/${zone.id}`,
    };
  });
};

function zoneName(given: string): string {
  const name = inputName(given, () => invalidDomainName(given));
  if (name === "." || name.startsWith("\\052")) throw invalidDomainName(given);
  return name;
}

/** A VPC may not have two zones of one name, whose ever they are. */
export async function checkConflicts(
  tx: Transaction,
  name: string,
  { VPCId, VPCRegion }: VPC,
): Promise<void> {
  for (const scope of await listScopes(tx))
    for (const zone of await hostedZones.list(tx, scope)) {
      if (zone.name !== name) continue;
      if (zone.vpcs.some((vpc) => vpc.VPCId === VPCId && vpc.VPCRegion === VPCRegion))
        throw conflictingDomain(VPCId!, VPCRegion!, zone.id);
    }
}

/**
 * Of whatever accounts: "Two hosted zones that have the same name or that have a parent/child relationship can't have any
 * common name servers." https://docs.aws.amazon.com/Route53/latest/APIReference/API_CreateHostedZone.html
 */
async function serversFor(
  tx: Transaction,
  context: Context<unknown>,
  given: string | undefined,
  name: string,
  zones: readonly ZoneRecord[],
): Promise<Pick<ZoneRecord, "nameServers" | "delegationSetId">> {
  const taken = new Set<string>();
  for (const scope of await listScopes(tx))
    for (const zone of await hostedZones.list(tx, scope)) {
      const isRelated = isWithin(name, zone.name) || isWithin(zone.name, name);
      if (isRelated && !zone.isPrivate) for (const server of zone.nameServers) taken.add(server);
    }
  if (given === undefined) return { nameServers: drawNameServers(context.random, taken) };
  const set = await delegationSets.get(tx, ofAccount(context), bareId(given));
  if (!set) throw noSuchDelegationSet(given);
  const users = zones.filter(({ delegationSetId }) => delegationSetId === set.id);
  if (users.length >= limits.zonesPerDelegationSet)
    throw tooManyZonesOfSet(limits.zonesPerDelegationSet);
  if (set.nameServers.some((server) => taken.has(server))) throw conflictingServers(set.id, name);
  return { nameServers: set.nameServers, delegationSetId: set.id };
}

/** https://docs.aws.amazon.com/Route53/latest/DeveloperGuide/SOA-NSrecords.html */
function firstRecords({ name, nameServers }: ZoneRecord): ResourceRecordSet[] {
  return [
    {
      Name: name,
      Type: "NS",
      TTL: 172_800,
      ResourceRecords: nameServers.map((server) => ({ Value: `${server}.` })),
    },
    {
      Name: name,
      Type: "SOA",
      TTL: 900,
      ResourceRecords: [
        { Value: `${nameServers[0]}. awsdns-hostmaster.amazon.com. 1 7200 900 1209600 86400` },
      ],
    },
  ];
}

/** A zone that a service makes for its own records. */
function linkedService(
  { principal }: Context<unknown>,
  comment: string | undefined,
): ZoneRecord["linkedService"] {
  if (principal.type !== "service" || principal.arn !== "servicediscovery.amazonaws.com")
    return undefined;
  return { ServicePrincipal: principal.arn, Description: principal.sourceArn ?? comment };
}
