import { isDeepStrictEqual } from "node:util";
import type { Operations } from "#services/kit/service.ts";
import type { CloudMapOperation } from "../context.ts";
import { limitExceeded } from "../errors.ts";
import { findInstance, findService } from "../find.ts";
import { checkAttributes, completeAttributes } from "../instance-attributes.ts";
import { limits } from "../limits.ts";
import { beginOperation, refuseWhileUnderWay } from "../operation-records.ts";
import {
  instances,
  namespaces,
  tallies,
  type InstanceRecord,
  type ServiceRecord,
} from "../records.ts";
import { tally, tallyOf } from "../tally.ts";
import type { Scope } from "#store/collection.ts";
import type { Transaction } from "#store/store.ts";

/** https://docs.aws.amazon.com/cloud-map/latest/api/API_RegisterInstance.html */
const registerInstance: CloudMapOperation<"RegisterInstance"> = async (input, context) => {
  const attributes = await completeAttributes(context, input.Attributes ?? {});
  return context.store.transaction(async (tx) => {
    const found = await findService(tx, context, input.ServiceId);
    const namespace = await namespaces.get(tx, context, found.namespaceId);
    const present = await instances.get(tx, context, found.id, input.InstanceId!);
    const isRepeated =
      present?.phase !== "deregistering" &&
      present?.creatorRequestId === input.CreatorRequestId &&
      isDeepStrictEqual(present?.attributes, attributes);
    if (present && isRepeated) return { OperationId: present.operationId };
    checkAttributes(found, namespace!.type, attributes);
    if (present) await refuseWhileUnderWay(tx, context, present.operationId);
    else await checkCounts(tx, context, found);
    await tally(tx, context, found, { added: present ? 0 : 1, revised: 1 });
    const isDone = found.dns === undefined && found.healthCheck === undefined;
    const operationId = beginOperation(
      tx,
      context,
      {
        type: "REGISTER_INSTANCE",
        targets: { INSTANCE: input.InstanceId!, SERVICE: found.id },
        namespaceId: found.namespaceId,
      },
      isDone,
    );
    const instance: InstanceRecord = {
      id: input.InstanceId!,
      serviceId: found.id,
      creatorRequestId: input.CreatorRequestId ?? context.random.uuid(),
      attributes,
      registeredMs: present?.registeredMs ?? context.clock.now(),
      phase: isDone ? "ready" : "registering",
      operationId,
      customStatus: attributes["AWS_INIT_HEALTH_STATUS"] === "UNHEALTHY" ? "UNHEALTHY" : "HEALTHY",
      former: isDone ? undefined : formerOf(present),
      healthCheckId: present?.healthCheckId,
      healthCheckConfig: present?.healthCheckConfig,
      formerHealthChecks: present?.formerHealthChecks,
      published: present?.published ?? [],
    };
    instances.put(tx, context, [found.id, instance.id], instance);
    return { OperationId: operationId };
  });
};

function formerOf(present: InstanceRecord | undefined): InstanceRecord["former"] {
  if (!present) return undefined;
  const { attributes, creatorRequestId, customStatus } = present;
  return { attributes, creatorRequestId, customStatus };
}

async function checkCounts(tx: Transaction, scope: Scope, service: ServiceRecord): Promise<void> {
  const { count } = await tallyOf(tx, scope, service);
  const inNamespace = await tallies.list(tx, scope, [service.namespaceId]);
  const total = inNamespace.reduce((sum, one) => sum + one.count, 0);
  if (count >= limits.instancesPerService || total >= limits.instancesPerNamespace)
    throw limitExceeded("instances");
}

/** https://docs.aws.amazon.com/cloud-map/latest/api/API_DeregisterInstance.html */
const deregisterInstance: CloudMapOperation<"DeregisterInstance"> = (input, context) =>
  context.store.transaction(async (tx) => {
    const found = await findService(tx, context, input.ServiceId);
    const instance = await findInstance(tx, context, found.id, input.InstanceId);
    await refuseWhileUnderWay(tx, context, instance.operationId);
    const isBare =
      instance.published.length === 0 &&
      instance.healthCheckId === undefined &&
      instance.formerHealthChecks === undefined &&
      found.dns === undefined &&
      found.healthCheck === undefined;
    const OperationId = beginOperation(
      tx,
      context,
      {
        type: "DEREGISTER_INSTANCE",
        targets: { INSTANCE: instance.id, SERVICE: found.id },
        namespaceId: found.namespaceId,
      },
      isBare,
    );
    await tally(tx, context, found, { added: isBare ? -1 : 0, revised: 1 });
    if (isBare) instances.delete(tx, context, found.id, instance.id);
    else
      instances.put(tx, context, [found.id, instance.id], {
        ...instance,
        phase: "deregistering",
        operationId: OperationId,
      });
    return { OperationId };
  });

export const registrationOperations: Operations<"servicediscovery", undefined> = {
  RegisterInstance: registerInstance,
  DeregisterInstance: deregisterInstance,
};
