import type { CustomHealthStatus, HealthStatus } from "@aws-sdk/client-servicediscovery";
import { paginate } from "#services/kit/pagination.ts";
import type { Operations } from "#services/kit/service.ts";
import { invalidToken, noCustomHealth, noInstance } from "../errors.ts";
import { findInstance, findService } from "../find.ts";
import { healthOf } from "../instance-health.ts";
import { limits } from "../limits.ts";
import { instances, type InstanceRecord } from "../records.ts";

/** https://docs.aws.amazon.com/cloud-map/latest/api/API_GetInstance.html and its neighbours */
export const instanceOperations: Operations<"servicediscovery", undefined> = {
  async GetInstance({ ServiceId, InstanceId }, context) {
    const { id, creatorRequestId, attributes } = await context.store.transaction(async (tx) =>
      findInstance(tx, context, (await findService(tx, context, ServiceId)).id, InstanceId),
    );
    return {
      ResourceOwner: context.account,
      Instance: {
        Id: id,
        CreatorRequestId: creatorRequestId,
        Attributes: attributes,
        CreatedByAccount: context.account,
      },
    };
  },
  async ListInstances({ ServiceId, NextToken, MaxResults }, context) {
    const all = await context.store.transaction(async (tx) =>
      instances.list(tx, context, [(await findService(tx, context, ServiceId)).id]),
    );
    const present = all.filter(({ phase }) => phase !== "deregistering");
    const page = paginate(present, {
      limit: MaxResults ?? limits.listPage,
      token: NextToken,
      keyOf: ({ id }) => id,
      invalidToken,
    });
    return {
      ResourceOwner: context.account,
      Instances: page.items.map(({ id, attributes }) => ({
        Id: id,
        Attributes: attributes,
        CreatedByAccount: context.account,
      })),
      NextToken: page.nextToken,
    };
  },
  async GetInstancesHealthStatus({ ServiceId, Instances, NextToken, MaxResults }, context) {
    const { service, all } = await context.store.transaction(async (tx) => {
      const service = await findService(tx, context, ServiceId);
      const all = await instances.list(tx, context, [service.id]);
      return { service, all: all.filter(({ phase }) => phase !== "deregistering") };
    });
    for (const id of Instances ?? []) if (!all.some((one) => one.id === id)) throw noInstance(id);
    const page = paginate(
      all.filter(({ id }) => !Instances || Instances.includes(id)),
      {
        limit: MaxResults ?? limits.listPage,
        token: NextToken,
        keyOf: ({ id }) => id,
        invalidToken,
      },
    );
    const Status: Record<string, HealthStatus> = {};
    for (const one of page.items) Status[one.id] = await healthOf(context, context, service, one);
    return { Status, NextToken: page.nextToken };
  },
  async UpdateInstanceCustomHealthStatus({ ServiceId, InstanceId, Status }, context) {
    await context.store.transaction(async (tx) => {
      const found = await findService(tx, context, ServiceId);
      const instance = await findInstance(tx, context, found.id, InstanceId);
      if (!found.customHealth) throw noCustomHealth(found.id);
      const announced = announce(instance, Status!, context.clock.now());
      instances.put(tx, context, [found.id, instance.id], { ...instance, announced });
    });
    return {};
  },
};

/** The same said again within the time does not bring it nearer; the opposite takes it back. */
function announce(
  { customStatus, announced }: InstanceRecord,
  status: CustomHealthStatus,
  nowMs: number,
): InstanceRecord["announced"] {
  if (status === customStatus) return undefined;
  return announced ?? { status, dueMs: nowMs + limits.customHealthMs };
}
