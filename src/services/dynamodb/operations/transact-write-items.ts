import { createHash } from "node:crypto";
import type {
  CancellationReason,
  ConsumedCapacity,
  TransactWriteItem,
} from "@aws-sdk/client-dynamodb";
import { AwsError } from "#model/error.ts";
import type { Operation } from "#services/kit/service.ts";
import type { Transaction } from "#store/store.ts";
import type { Item } from "../attribute-values.ts";
import { consume, mergeCapacity, writeUnits } from "../capacity.ts";
import { idempotentMismatch, transactionCanceled, validation } from "../errors.ts";
import {
  checkWrite,
  performWrite,
  prepareWrite,
  type PreparedWrite,
  type Written,
} from "../items/conditional-write.ts";
import { primaryKey } from "../items/keys.ts";
import type { TablePlace } from "../items/storage.ts";
import { limits } from "../limits.ts";
import { transactions } from "../records.ts";
import { findActiveTable } from "../tables/find.ts";
import { admit } from "../throughput/admission.ts";
import type { DynamoContext, DynamoState } from "../state.ts";

interface Step {
  write: PreparedWrite;
  place: TablePlace;
}

/** https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_TransactWriteItems.html */
export const transactWriteItems: Operation<"dynamodb", "TransactWriteItems", DynamoState> = async (
  input,
  context,
) => {
  const wishes = input.TransactItems ?? [];
  const uses = await context.store.transaction((tx) => {
    const done = alreadyDone(tx, input.ClientRequestToken, wishes, context);
    if (done) return [];
    const steps: Step[] = [];
    for (const wish of wishes) steps.push(readStep(tx, wish, context));
    refuseRepeated(steps);
    const reasons: CancellationReason[] = [];
    const consumed: (ConsumedCapacity | undefined)[] = [];
    for (const { place, write } of steps) {
      const reason = tryWrite(tx, place, write, (written) => {
        // A transactional write is prepared and committed: it costs twice.
        const use = { place, writeUnits: 2 * writeUnits(written.sizeBytes), written };
        consumed.push(consume(use, input.ReturnConsumedCapacity, context));
      });
      reasons.push(reason);
    }
    if (reasons.some(({ Code }) => Code !== "None")) throw transactionCanceled(reasons);
    return consumed;
  });
  const capacity = mergeCapacity(uses);
  return capacity.length > 0 ? { ConsumedCapacity: capacity } : {};
};

function readStep(
  tx: Transaction,
  { ConditionCheck, Delete, Put, Update }: TransactWriteItem,
  context: DynamoContext,
): Step {
  const kinds = [
    ["check", ConditionCheck],
    ["delete", Delete],
    ["put", Put],
    ["update", Update],
  ] as const;
  const given = kinds.filter(([, wish]) => wish !== undefined);
  const [one, ...more] = given;
  if (!one?.[1] || more.length > 0)
    throw validation("TransactItems can only contain one of Check, Put, Update or Delete");
  const [kind, wish] = one;
  const place = findActiveTable(tx, wish.TableName, context);
  const write = prepareWrite(kind, wish);
  checkWrite(place, write);
  admit(place, { kind: "write", operation: "TransactWriteItems" }, context);
  return { place, write };
}

function refuseRepeated(steps: readonly Step[]): void {
  const keys = steps.map(({ place: { table }, write }) =>
    JSON.stringify([table.id, primaryKey(table, write.item)]),
  );
  if (new Set(keys).size < keys.length)
    throw validation("Transaction request cannot include multiple operations on one item");
}

/** Why the step cannot be done; "None" when it was. */
function tryWrite(
  tx: Transaction,
  place: TablePlace,
  write: PreparedWrite,
  written: (written: Written) => void,
): CancellationReason {
  try {
    written(performWrite(tx, place, write));
    return { Code: "None" };
  } catch (error) {
    if (!(error instanceof AwsError)) throw error;
    const item = error.members.Item as Item | undefined;
    const code =
      error.code === "ConditionalCheckFailedException"
        ? "ConditionalCheckFailed"
        : "ValidationError";
    return { Code: code, Message: error.message, ...(item && { Item: item }) };
  }
}

/** True when the same request was carried out under its token not long ago. */
function alreadyDone(
  tx: Transaction,
  token: string | undefined,
  wishes: readonly TransactWriteItem[],
  context: DynamoContext,
): boolean {
  if (token === undefined) return false;
  const nowMs = context.clock.now();
  const digest = createHash("sha256").update(JSON.stringify(wishes)).digest("hex");
  const known = transactions.read(tx, context, token);
  if (known && known.untilMs > nowMs) {
    if (known.digest !== digest) throw idempotentMismatch();
    return true;
  }
  transactions.put(tx, context, [token], { digest, untilMs: nowMs + limits.idempotencyMs });
  return false;
}
