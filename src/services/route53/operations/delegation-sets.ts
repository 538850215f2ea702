import type { DelegationSet } from "@aws-sdk/client-route-53";
import type { Operations } from "#services/kit/service.ts";
import { listScopes, type Scope } from "#store/collection.ts";
import type { Transaction } from "#store/store.ts";
import {
  delegationSetExists,
  delegationSetInUse,
  delegationSetReusable,
  limitsExceeded,
  noSuchDelegationSet,
  zoneNotFoundForSet,
} from "../errors.ts";
import { bareId, drawId, drawNameServers } from "../ids.ts";
import { limits } from "../limits.ts";
import { pageByMarker } from "../paging.ts";
import { delegationSets, hostedZones, ofAccount, type DelegationSetRecord } from "../records.ts";
import type { State } from "../state.ts";

/** https://docs.aws.amazon.com/Route53/latest/APIReference/API_CreateReusableDelegationSet.html and its neighbours */
export const delegationSetOperations: Operations<"route53", State> = {
  async CreateReusableDelegationSet({ CallerReference, HostedZoneId }, context) {
    const scope = ofAccount(context);
    return context.store.transaction(async (tx) => {
      const present = await delegationSets.list(tx, scope);
      if (present.some(({ callerReference }) => callerReference === CallerReference))
        throw delegationSetExists();
      if (present.length >= limits.delegationSets) throw limitsExceeded("reusable delegation sets");
      const zone = HostedZoneId && (await hostedZones.get(tx, scope, bareId(HostedZoneId)));
      if (HostedZoneId && (!zone || zone.isPrivate)) throw zoneNotFoundForSet();
      if (zone && zone.delegationSetId) throw delegationSetReusable();
      const set: DelegationSetRecord = {
        id: drawId(context.random, "N"),
        callerReference: CallerReference!,
        nameServers: zone
          ? zone.nameServers
          : drawNameServers(context.random, await takenServers(tx)),
      };
      delegationSets.put(tx, scope, [set.id], set);
      if (zone) hostedZones.put(tx, scope, [zone.id], { ...zone, delegationSetId: set.id });
      return {
        DelegationSet: show(set),
        Location: `https://route53.amazonaws.com/2013-04-01/delegationset/${set.id}`,
      };
    });
  },
  async GetReusableDelegationSet({ Id }, context) {
    const set = await context.store.transaction((tx) => find(tx, ofAccount(context), Id));
    return { DelegationSet: show(set) };
  },
  async DeleteReusableDelegationSet({ Id }, context) {
    const scope = ofAccount(context);
    await context.store.transaction(async (tx) => {
      const set = await find(tx, scope, Id);
      const zones = await hostedZones.list(tx, scope);
      if (zones.some(({ delegationSetId }) => delegationSetId === set.id))
        throw delegationSetInUse();
      delegationSets.delete(tx, scope, set.id);
    });
    return {};
  },
  async ListReusableDelegationSets(input, context) {
    const sets = await context.store.transaction((tx) =>
      delegationSets.list(tx, ofAccount(context)),
    );
    const page = pageByMarker(sets, input, ({ id }) => id);
    return {
      DelegationSets: page.items.map(show),
      Marker: input.Marker ?? "",
      IsTruncated: page.isTruncated,
      NextMarker: page.nextMarker,
      MaxItems: page.maxItems,
    };
  },
  async GetReusableDelegationSetLimit({ DelegationSetId, Type }, context) {
    const scope = ofAccount(context);
    const Count = await context.store.transaction(async (tx) => {
      const set = await find(tx, scope, DelegationSetId);
      const zones = await hostedZones.list(tx, scope);
      return zones.filter(({ delegationSetId }) => delegationSetId === set.id).length;
    });
    return { Limit: { Type, Value: limits.zonesPerDelegationSet }, Count };
  },
};

/** Name servers that a zone or a set has already, so that zones of any name may come to the new set. */
async function takenServers(tx: Transaction): Promise<Set<string>> {
  const taken = new Set<string>();
  for (const scope of await listScopes(tx))
    for (const { nameServers } of [
      ...(await hostedZones.list(tx, scope)),
      ...(await delegationSets.list(tx, scope)),
    ])
      for (const server of nameServers) taken.add(server);
  return taken;
}

async function find(
  tx: Transaction,
  scope: Scope,
  id: string | undefined,
): Promise<DelegationSetRecord> {
  const set = await delegationSets.get(tx, scope, bareId(id));
  if (!set) throw noSuchDelegationSet(bareId(id));
  return set;
}

function show({ id, callerReference, nameServers }: DelegationSetRecord): DelegationSet {
  return { Id: `/delegationset/${id}`, CallerReference: callerReference, NameServers: nameServers };
}
