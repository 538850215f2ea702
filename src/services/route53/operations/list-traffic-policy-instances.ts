import type { Operations } from "#services/kit/service.ts";
import { noSuchInstance } from "../errors.ts";
import { bareId } from "../ids.ts";
import { limits } from "../limits.ts";
import { pageSize } from "../paging.ts";
import { ofAccount, trafficInstances, type TrafficInstanceRecord } from "../records.ts";
import type { State } from "../state.ts";
import { findZone } from "../zones.ts";
import { findPolicy } from "./traffic-policies.ts";
import { show } from "./traffic-policy-instances.ts";

/** https://docs.aws.amazon.com/Route53/latest/APIReference/API_ListTrafficPolicyInstances.html and its neighbours */
export const trafficPolicyInstanceListOperations: Operations<"route53", State> = {
  async ListTrafficPolicyInstances(input, context) {
    const all = await context.store.transaction((tx) =>
      trafficInstances.list(tx, ofAccount(context)),
    );
    return pageOf(all, input, context.clock.now());
  },
  async ListTrafficPolicyInstancesByHostedZone({ HostedZoneId, ...input }, context) {
    const scope = ofAccount(context);
    const { id, found } = await context.store.transaction(async (tx) => {
      const zone = await findZone(tx, scope, HostedZoneId);
      return { id: zone.id, found: await trafficInstances.list(tx, scope, [zone.id]) };
    });
    const hasMarker = input.TrafficPolicyInstanceNameMarker !== undefined;
    const marked = { ...input, ...(hasMarker && { HostedZoneIdMarker: id }) };
    const { HostedZoneIdMarker: _id, ...page } = pageOf(found, marked, context.clock.now());
    return page;
  },
  async ListTrafficPolicyInstancesByPolicy(input, context) {
    const { TrafficPolicyId: id, TrafficPolicyVersion: version } = input;
    const scope = ofAccount(context);
    const all = await context.store.transaction(async (tx) => {
      await findPolicy(tx, scope, id, version);
      return trafficInstances.list(tx, scope);
    });
    const found = all.filter((one) => one.policyId === id && one.policyVersion === version);
    return pageOf(found, input, context.clock.now());
  },
};

interface Markers {
  HostedZoneIdMarker?: string | undefined;
  TrafficPolicyInstanceNameMarker?: string | undefined;
  TrafficPolicyInstanceTypeMarker?: string | undefined;
  MaxItems?: number | undefined;
}

/** By zone, name and type: what the markers name. */
function pageOf(all: readonly TrafficInstanceRecord[], input: Markers, nowMs: number) {
  const keyOf = ({ zoneId, name, type }: TrafficInstanceRecord) => `${zoneId} ${name} ${type}`;
  const sorted = all.toSorted((a, b) => (keyOf(a) < keyOf(b) ? -1 : 1));
  const { HostedZoneIdMarker: zone, TrafficPolicyInstanceNameMarker: name } = input;
  const marker = `${bareId(zone)} ${name} ${input.TrafficPolicyInstanceTypeMarker}`;
  const start = zone === undefined ? 0 : sorted.findIndex((one) => keyOf(one) === marker);
  if (start < 0) throw noSuchInstance(marker);
  const size = pageSize(input.MaxItems, limits.listPage);
  const next = sorted[start + size];
  return {
    TrafficPolicyInstances: sorted.slice(start, start + size).map((one) => show(one, nowMs)),
    IsTruncated: next !== undefined,
    ...(next && {
      HostedZoneIdMarker: next.zoneId,
      TrafficPolicyInstanceNameMarker: next.name,
      TrafficPolicyInstanceTypeMarker: next.type,
    }),
    MaxItems: size,
  };
}
