/** Operations: what a caller asks after while something is on its way. */
import type { Context } from "#services/kit/service.ts";
import type { Scope } from "#store/collection.ts";
import type { Transaction } from "#store/store.ts";
import { drawOperationId } from "./ids.ts";
import { operationRecords, type OperationRecord } from "./records.ts";

type Begun = Pick<OperationRecord, "type" | "targets">;

/** `done` where nothing in the world has to change for it. */
export function beginOperation(
  tx: Transaction,
  context: Context<unknown>,
  { type, targets }: Begun,
  done: boolean,
): string {
  const nowMs = context.clock.now();
  const id = drawOperationId(context.random);
  const status = done ? "SUCCESS" : "SUBMITTED";
  operationRecords.put(tx, context, [id], {
    id,
    type,
    status,
    targets,
    createdMs: nowMs,
    updatedMs: nowMs,
  });
  return id;
}

/** Operations of a deleted namespace are no longer listed. */
export async function forgetOperations(
  tx: Transaction,
  scope: Scope,
  namespaceId: string,
): Promise<void> {
  for (const record of await operationRecords.list(tx, scope))
    if (record.targets.NAMESPACE === namespaceId)
      operationRecords.put(tx, scope, [record.id], { ...record, isForgotten: true });
}

export async function endOperation(
  tx: Transaction,
  scope: Scope,
  id: string,
  nowMs: number,
  failure?: { code: string; message: string },
): Promise<void> {
  const found = await operationRecords.get(tx, scope, id);
  if (!found || found.status === "SUCCESS" || found.status === "FAIL") return;
  operationRecords.put(tx, scope, [id], {
    ...found,
    status: failure ? "FAIL" : "SUCCESS",
    updatedMs: nowMs,
    errorCode: failure?.code,
    errorMessage: failure?.message,
  });
}
