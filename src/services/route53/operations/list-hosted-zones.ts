import type { HostedZoneSummary } from "@aws-sdk/client-route-53";
import { paginate } from "#services/kit/pagination.ts";
import type { Operations } from "#services/kit/service.ts";
import { listScopes } from "#store/collection.ts";
import { invalidDomainName, invalidInput, invalidToken, noSuchDelegationSet } from "../errors.ts";
import { bareId } from "../ids.ts";
import { inputName } from "../input-name.ts";
import { limits } from "../limits.ts";
import { reversedName } from "../names.ts";
import { pageByMarker, pageSize } from "../paging.ts";
import { delegationSets, hostedZones, ofAccount, type ZoneRecord } from "../records.ts";
import type { State } from "../state.ts";
import { showZone } from "../zones.ts";

/** https://docs.aws.amazon.com/Route53/latest/APIReference/API_ListHostedZones.html and its neighbours */
export const hostedZoneListOperations: Operations<"route53", State> = {
  async ListHostedZones(input, context) {
    const scope = ofAccount(context);
    const zones = await context.store.transaction(async (tx) => {
      if (input.DelegationSetId !== undefined) {
        const set = await delegationSets.get(tx, scope, bareId(input.DelegationSetId));
        if (!set) throw noSuchDelegationSet(input.DelegationSetId);
      }
      return hostedZones.list(tx, scope);
    });
    const chosen = zones
      .filter(
        (zone) =>
          (input.DelegationSetId === undefined ||
            zone.delegationSetId === bareId(input.DelegationSetId)) &&
          (input.HostedZoneType === undefined || zone.isPrivate),
      )
      .sort((a, b) => a.createdMs - b.createdMs || (a.id < b.id ? -1 : 1));
    const page = pageByMarker(chosen, input, ({ id }) => id);
    return {
      HostedZones: page.items.map(showZone),
      // Of a first request there is none. https://docs.aws.amazon.com/Route53/latest/APIReference/API_ListHostedZones.html
      Marker: input.Marker,
      IsTruncated: page.isTruncated,
      NextMarker: page.nextMarker,
      MaxItems: page.maxItems,
    };
  },
  async ListHostedZonesByName(input, context) {
    if (input.HostedZoneId !== undefined && input.DNSName === undefined)
      throw invalidInput("HostedZoneId cannot be specified without DNSName.");
    const from = startName(input.DNSName);
    const fromId = bareId(input.HostedZoneId);
    const zones = await context.store.transaction((tx) => hostedZones.list(tx, ofAccount(context)));
    const found = zones
      .map((zone) => ({ zone, key: reversedName(zone.name) }))
      .filter(({ zone, key }) => key > from || (key === from && zone.id >= fromId))
      .sort((a, b) => (a.key === b.key ? (a.zone.id < b.zone.id ? -1 : 1) : a.key < b.key ? -1 : 1))
      .map(({ zone }) => zone);
    const size = pageSize(input.MaxItems, limits.listPage);
    const next = found[size];
    return {
      HostedZones: found.slice(0, size).map(showZone),
      ...(input.DNSName !== undefined && { DNSName: input.DNSName }),
      ...(input.HostedZoneId !== undefined && { HostedZoneId: input.HostedZoneId }),
      IsTruncated: next !== undefined,
      ...(next && { NextDNSName: next.name, NextHostedZoneId: next.id }),
      MaxItems: size,
    };
  },
  async ListHostedZonesByVPC(input, context) {
    // "regardless of which AWS account or AWS service owns the hosted zones"
    const found = await context.store.transaction(async (tx) => {
      const all: { zone: ZoneRecord; account: string }[] = [];
      for (const scope of await listScopes(tx))
        for (const zone of await hostedZones.list(tx, scope))
          if (
            zone.vpcs.some(
              ({ VPCId, VPCRegion }) => VPCId === input.VPCId && VPCRegion === input.VPCRegion,
            )
          )
            all.push({ zone, account: scope.account });
      return all.sort((a, b) => (a.zone.id < b.zone.id ? -1 : 1));
    });
    const size = pageSize(input.MaxItems, limits.listPage);
    const page = paginate(found, {
      limit: size,
      token: input.NextToken,
      keyOf: ({ zone }) => zone.id,
      invalidToken,
    });
    return {
      // Zones that Cloud Map makes are its user's own.
      HostedZoneSummaries: page.items.map(({ zone, account }): HostedZoneSummary => ({
        HostedZoneId: zone.id,
        Name: zone.name,
        Owner: { OwningAccount: account },
      })),
      MaxItems: size,
      NextToken: page.nextToken,
    };
  },
};

function startName(given: string | undefined): string {
  return given === undefined ? "" : reversedName(inputName(given, () => invalidDomainName(given)));
}
