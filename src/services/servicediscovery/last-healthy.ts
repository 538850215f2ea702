/**
 * DNS answers with the last healthy instance when none is.
 * https://docs.aws.amazon.com/cloud-map/latest/api/API_RegisterInstance.html
 */
import type { Scope } from "#store/collection.ts";
import type { Transaction } from "#store/store.ts";
import { instances, type InstanceRecord } from "./records.ts";

/** True for an instance that turns unhealthy and leaves no healthy one behind. */
export async function isLastHealthy(
  tx: Transaction,
  scope: Scope,
  { serviceId, id }: InstanceRecord,
): Promise<boolean> {
  const all = await instances.list(tx, scope, [serviceId]);
  return !all.some(
    (one) => one.id !== id && one.phase !== "deregistering" && one.customStatus === "HEALTHY",
  );
}

/** A healthy instance stands in DNS: those that stood there for want of one go. */
export async function releaseLastHealthy(
  tx: Transaction,
  scope: Scope,
  { serviceId, id }: InstanceRecord,
): Promise<void> {
  for (const one of await instances.list(tx, scope, [serviceId]))
    if (one.isLastHealthy && one.id !== id)
      instances.put(tx, scope, [serviceId, one.id], { ...one, isLastHealthy: undefined });
}
