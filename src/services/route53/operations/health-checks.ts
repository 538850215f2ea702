import type { HealthCheck, HealthCheckConfig } from "@aws-sdk/client-route-53";
import type { Operations } from "#services/kit/service.ts";
import type { Input } from "#model/sdk.ts";
import type { Scope } from "#store/collection.ts";
import type { Transaction } from "#store/store.ts";
import {
  healthCheckInUse,
  managedHealthCheck,
  noSuchHealthCheck,
  versionMismatch,
} from "../errors.ts";
import { alarmConfiguration } from "../health/alarm.ts";
import { checkChildren, completeConfig } from "../health/config.ts";
import { showHealthCheck } from "../health/show.ts";
import { pageByMarker } from "../paging.ts";
import {
  healthChecks,
  healthStatuses,
  ofAccount,
  spentReferences,
  type HealthCheckRecord,
} from "../records.ts";
import type { State } from "../state.ts";
import { createHealthCheck } from "./create-health-check.ts";

/** https://docs.aws.amazon.com/Route53/latest/APIReference/API_GetHealthCheck.html and its neighbours */
export const healthCheckOperations: Operations<"route53", State> = {
  CreateHealthCheck: createHealthCheck,
  async GetHealthCheck({ HealthCheckId }, context) {
    const check = await context.store.transaction((tx) =>
      findCheck(tx, ofAccount(context), HealthCheckId),
    );
    return { HealthCheck: showHealthCheck(check, await alarmConfiguration(context, check.config)) };
  },
  async ListHealthChecks(input, context) {
    const found = await context.store.transaction((tx) =>
      healthChecks.list(tx, ofAccount(context)),
    );
    const sorted = found.sort((a, b) => a.createdMs - b.createdMs || (a.id < b.id ? -1 : 1));
    const page = pageByMarker(sorted, input, ({ id }) => id);
    const HealthChecks: HealthCheck[] = [];
    for (const check of page.items)
      HealthChecks.push(showHealthCheck(check, await alarmConfiguration(context, check.config)));
    return {
      HealthChecks,
      Marker: input.Marker ?? "",
      IsTruncated: page.isTruncated,
      NextMarker: page.nextMarker,
      MaxItems: page.maxItems,
    };
  },
  async GetHealthCheckCount(_input, context) {
    const found = await context.store.transaction((tx) =>
      healthChecks.list(tx, ofAccount(context)),
    );
    return { HealthCheckCount: found.length };
  },
  async UpdateHealthCheck(input, context) {
    const scope = ofAccount(context);
    const check = await context.store.transaction(async (tx) => {
      const found = await findCheck(tx, scope, input.HealthCheckId);
      if (input.HealthCheckVersion !== undefined && input.HealthCheckVersion !== found.version)
        throw versionMismatch();
      const config = updatedConfig(found.config, input);
      checkChildren(await healthChecks.list(tx, scope), config, found.id);
      const updated = { ...found, config, version: found.version + 1 };
      healthChecks.put(tx, scope, [found.id], updated);
      return updated;
    });
    return { HealthCheck: showHealthCheck(check, await alarmConfiguration(context, check.config)) };
  },
  async DeleteHealthCheck({ HealthCheckId }, context) {
    const scope = ofAccount(context);
    await context.store.transaction(async (tx) => {
      const { id, callerReference, linkedService } = await findCheck(tx, scope, HealthCheckId);
      const owner = linkedService?.ServicePrincipal;
      if (owner !== undefined && context.principal.arn !== owner) throw managedHealthCheck(id);
      for (const other of await healthChecks.list(tx, scope))
        if (other.config.ChildHealthChecks?.includes(id)) throw healthCheckInUse(id);
      healthChecks.delete(tx, scope, id);
      healthStatuses.delete(tx, scope, id);
      // A service that comes and goes with each instance never uses one again: nothing need be kept for it.
      if (owner === undefined)
        spentReferences.put(tx, scope, [callerReference], { healthCheckId: id });
    });
    return {};
  },
};

export async function findCheck(
  tx: Transaction,
  scope: Scope,
  id: string | undefined,
): Promise<HealthCheckRecord> {
  const found = await healthChecks.get(tx, scope, id!);
  if (!found) throw noSuchHealthCheck(id!);
  return found;
}

/** https://docs.aws.amazon.com/Route53/latest/APIReference/API_UpdateHealthCheck.html */
function updatedConfig(
  present: HealthCheckConfig,
  input: Input<"route53", "UpdateHealthCheck">,
): HealthCheckConfig {
  const { HealthCheckId: _id, HealthCheckVersion: _version, ResetElements = [], ...given } = input;
  const changed = Object.fromEntries(
    Object.entries(given).filter(([, value]) => value !== undefined),
  );
  const config: HealthCheckConfig = { ...present, ...changed };
  for (const name of ResetElements) {
    if (name === "ResourcePath") config.ResourcePath = undefined;
    else if (name === "FullyQualifiedDomainName") config.FullyQualifiedDomainName = undefined;
    else if (name === "Regions") config.Regions = undefined;
    else config.ChildHealthChecks = [];
  }
  return completeConfig(config);
}
