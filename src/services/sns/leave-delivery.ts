import type { Environment } from "#services/kit/service.ts";
import type { Scope } from "#store/collection.ts";
import type { Transaction } from "#store/store.ts";
import { deliveries, type Notification } from "./records.ts";

/** Leaves a message for one subscription, to be brought there at once. */
export function leaveDelivery(
  tx: Transaction,
  scope: Scope,
  what: { topicName: string; subscriptionId: string; notification: Notification },
  { clock, random }: Pick<Environment, "clock" | "random">,
): void {
  const nowMs = clock.now();
  const id = createDeliveryId(nowMs, random);
  deliveries.put(tx, scope, [id], {
    ...what,
    id,
    kind: "Notification",
    attempts: 0,
    dueMs: nowMs,
  });
}

/** Grows with time. */
export function createDeliveryId(nowMs: number, random: Environment["random"]): string {
  return `${Math.floor(nowMs).toString(36)}-${random.hex(12)}`;
}
