/** How many instances a service has, and how often they changed: apart from the service, whose instances follow its changes. */
import type { Scope } from "#store/collection.ts";
import type { Transaction } from "#store/store.ts";
import { instances, tallies, type ServiceRecord, type TallyRecord } from "./records.ts";

type Service = Pick<ServiceRecord, "id" | "namespaceId">;

export async function tallyOf(
  tx: Transaction,
  scope: Scope,
  { id, namespaceId }: Service,
): Promise<TallyRecord> {
  const found = await tallies.get(tx, scope, namespaceId, id);
  if (found) return found;
  return { revision: 0, count: (await instances.list(tx, scope, [id])).length };
}

/** Notes what changed: before the instance is written or deleted, so that it is not counted twice. */
export async function tally(
  tx: Transaction,
  scope: Scope,
  service: Service,
  { added = 0, revised = 0 }: { added?: 1 | -1 | 0; revised?: 1 | 0 },
): Promise<void> {
  const { revision, count } = await tallyOf(tx, scope, service);
  const next = { revision: revision + revised, count: count + added };
  tallies.put(tx, scope, [service.namespaceId, service.id], next);
}
