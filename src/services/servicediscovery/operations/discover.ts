import type { HealthStatusFilter, HttpInstanceSummary } from "@aws-sdk/client-servicediscovery";
import type { Random } from "#runtime/random.ts";
import type { Operations } from "#services/kit/service.ts";
import { noNamespace } from "../errors.ts";
import { findByNames } from "../find.ts";
import { healthOf } from "../instance-health.ts";
import { limits } from "../limits.ts";
import { tallyOf } from "../tally.ts";
import { instances, type InstanceRecord } from "../records.ts";

/** https://docs.aws.amazon.com/cloud-map/latest/api/API_DiscoverInstances.html and its neighbour */
export const discoveryOperations: Operations<"servicediscovery", undefined> = {
  async DiscoverInstances(input, context) {
    const { NamespaceName = "", ServiceName = "", QueryParameters, OptionalParameters } = input;
    checkOwner(context.account, input);
    const { service, all, revision } = await context.store.transaction(async (tx) => {
      const { service } = await findByNames(tx, context, NamespaceName, ServiceName);
      const { revision } = await tallyOf(tx, context, service);
      return { service, revision, all: await instances.list(tx, context, [service.id]) };
    });
    const present = all
      .flatMap(serving)
      .filter(({ attributes }) => has(attributes, QueryParameters));
    // Optional parameters narrow the choice only where something is left of it.
    const preferred = present.filter(({ attributes }) => has(attributes, OptionalParameters));
    const found: HttpInstanceSummary[] = [];
    for (const one of preferred.length > 0 ? preferred : present)
      found.push({
        InstanceId: one.id,
        NamespaceName,
        ServiceName,
        HealthStatus: await healthOf(context, context, service, one),
        Attributes: one.attributes,
      });
    const checked = service.customHealth ?? service.healthCheck;
    const chosen = checked ? byHealth(found, input.HealthStatus ?? "ALL") : found;
    return {
      // "DiscoverInstances returns a randomized list of instances."
      Instances: shuffled(chosen, context.random).slice(0, input.MaxResults ?? limits.listPage),
      InstancesRevision: revision,
    };
  },
  async DiscoverInstancesRevision(input, context) {
    const { NamespaceName = "", ServiceName = "" } = input;
    checkOwner(context.account, input);
    return context.store.transaction(async (tx) => {
      const { service } = await findByNames(tx, context, NamespaceName, ServiceName);
      const { revision } = await tallyOf(tx, context, service);
      return { InstancesRevision: revision };
    });
  },
};

/** No other account shares its namespaces. */
function checkOwner(
  account: string,
  {
    NamespaceName = "",
    OwnerAccount = account,
  }: { NamespaceName?: string | undefined; OwnerAccount?: string | undefined },
): void {
  if (OwnerAccount !== account) throw noNamespace(NamespaceName);
}

/** An instance that is being registered anew is meanwhile what it was. */
function serving(instance: InstanceRecord): InstanceRecord[] {
  if (instance.phase === "ready") return [instance];
  return instance.phase === "registering" && instance.former
    ? [{ ...instance, ...instance.former }]
    : [];
}

function shuffled<T>(items: readonly T[], random: Random): T[] {
  const drawn = items.map((item) => ({ item, place: random.next() }));
  return drawn.sort((a, b) => a.place - b.place).map(({ item }) => item);
}

function has(
  attributes: Record<string, string>,
  wanted: Record<string, string> | undefined,
): boolean {
  return Object.entries(wanted ?? {}).every(([name, value]) => attributes[name] === value);
}

function byHealth(
  found: readonly HttpInstanceSummary[],
  filter: HealthStatusFilter,
): readonly HttpInstanceSummary[] {
  if (filter === "ALL") return found;
  if (filter === "UNHEALTHY")
    return found.filter(({ HealthStatus }) => HealthStatus === "UNHEALTHY");
  const healthy = found.filter(({ HealthStatus }) => HealthStatus !== "UNHEALTHY");
  return filter === "HEALTHY" || healthy.length > 0 ? healthy : found;
}
