/** Operations: what a caller asks after while something is on its way. */
import type { OperationType } from "@aws-sdk/client-servicediscovery";
import type { Context } from "#services/kit/service.ts";
import type { Scope } from "#store/collection.ts";
import type { Transaction } from "#store/store.ts";
import { duplicateRequest } from "./errors.ts";
import { drawOperationId } from "./ids.ts";
import { operationRecords, operationTimes, type OperationRecord } from "./records.ts";

type Begun = Pick<OperationRecord, "type" | "targets" | "namespaceId">;

/** `done` where nothing in the world has to change for it. */
export function beginOperation(
  tx: Transaction,
  context: Context<unknown>,
  begun: Begun,
  done: boolean,
): string {
  const nowMs = context.clock.now();
  const id = drawOperationId(context.random);
  const status = done ? "SUCCESS" : "SUBMITTED";
  const times = { createdMs: nowMs, updatedMs: nowMs };
  operationRecords.put(tx, context, [id], { id, ...begun, status, ...times });
  operationTimes.put(tx, context, [nowMs, id], { id });
  return id;
}

const names: Partial<Record<OperationType, string>> = {
  CREATE_NAMESPACE: "CreateNamespace",
  DELETE_NAMESPACE: "DeleteNamespace",
  UPDATE_NAMESPACE: "UpdateNamespace",
  UPDATE_SERVICE: "UpdateService",
  REGISTER_INSTANCE: "RegisterInstance",
  DEREGISTER_INSTANCE: "DeregisterInstance",
};

/** One operation at a time on a namespace, on a service and on an instance. */
export async function refuseWhileUnderWay(
  tx: Transaction,
  scope: Scope,
  operationId: string | undefined,
): Promise<void> {
  const found = operationId && (await operationRecords.get(tx, scope, operationId));
  if (found && !isOver(found)) throw duplicateRequest(names[found.type] ?? found.type, found.id);
}

const isOver = ({ status }: OperationRecord) => status === "SUCCESS" || status === "FAIL";

export async function endOperation(
  tx: Transaction,
  scope: Scope,
  id: string,
  nowMs: number,
  failure?: { code: string; message: string },
): Promise<void> {
  const found = await operationRecords.get(tx, scope, id);
  if (!found || isOver(found)) return;
  operationRecords.put(tx, scope, [id], {
    ...found,
    status: failure ? "FAIL" : "SUCCESS",
    updatedMs: nowMs,
    errorCode: failure?.code,
    errorMessage: failure?.message,
  });
}
