import type { AccountLimitType } from "@aws-sdk/client-route-53";
import type { Operations } from "#services/kit/service.ts";
import { zoneNotPrivate } from "../errors.ts";
import { limits } from "../limits.ts";
import {
  delegationSets,
  healthChecks,
  hostedZones,
  ofAccount,
  trafficInstances,
} from "../records.ts";
import type { State } from "../state.ts";
import { findZone } from "../zones.ts";
import { latestPolicies } from "./traffic-policies.ts";

const accountLimits: Readonly<Record<AccountLimitType, number>> = {
  MAX_HOSTED_ZONES_BY_OWNER: limits.hostedZones,
  MAX_HEALTH_CHECKS_BY_OWNER: limits.healthChecks,
  MAX_REUSABLE_DELEGATION_SETS_BY_OWNER: limits.delegationSets,
  MAX_TRAFFIC_POLICIES_BY_OWNER: limits.trafficPolicies,
  MAX_TRAFFIC_POLICY_INSTANCES_BY_OWNER: limits.trafficPolicyInstances,
};

/** https://docs.aws.amazon.com/Route53/latest/APIReference/API_GetAccountLimit.html and its neighbours */
export const limitOperations: Operations<"route53", State> = {
  async GetAccountLimit({ Type }, context) {
    const scope = ofAccount(context);
    const Count = await context.store.transaction(async (tx) => {
      if (Type === "MAX_HOSTED_ZONES_BY_OWNER") return (await hostedZones.list(tx, scope)).length;
      if (Type === "MAX_HEALTH_CHECKS_BY_OWNER") return (await healthChecks.list(tx, scope)).length;
      if (Type === "MAX_REUSABLE_DELEGATION_SETS_BY_OWNER")
        return (await delegationSets.list(tx, scope)).length;
      if (Type === "MAX_TRAFFIC_POLICY_INSTANCES_BY_OWNER")
        return (await trafficInstances.list(tx, scope)).length;
      return (await latestPolicies(tx, scope)).length;
    });
    return { Limit: { Type, Value: accountLimits[Type!] }, Count };
  },
  async GetHostedZoneLimit({ HostedZoneId, Type }, context) {
    const zone = await context.store.transaction((tx) =>
      findZone(tx, ofAccount(context), HostedZoneId),
    );
    if (Type === "MAX_RRSETS_BY_ZONE")
      return { Limit: { Type, Value: limits.recordSetsPerZone }, Count: zone.setCount };
    if (!zone.isPrivate) throw zoneNotPrivate();
    return { Limit: { Type, Value: limits.vpcsPerZone }, Count: zone.vpcs.length };
  },
};
