import type { ConsumedCapacity, KeysAndAttributes } from "@aws-sdk/client-dynamodb";
import type { Operation } from "#services/kit/service.ts";
import { normalizeItem, type Item } from "../attribute-values.ts";
import { consume, mergeCapacity, readUnits } from "../capacity.ts";
import { tableThrottled, validation } from "../errors.ts";
import { createPlaceholders } from "../expressions/placeholders.ts";
import { parseProjection, project } from "../expressions/projection.ts";
import { checkKey, primaryKey } from "../items/keys.ts";
import { readItem } from "../items/storage.ts";
import { attributesToGet, checkLegacy } from "../legacy.ts";
import { limits } from "../limits.ts";
import { findActiveTable } from "../tables/find.ts";
import { admits } from "../throughput/admission.ts";
import type { DynamoState } from "../state.ts";

/** https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_BatchGetItem.html */
export const batchGetItem: Operation<"dynamodb", "BatchGetItem", DynamoState> = async (
  input,
  context,
) => {
  const requests = Object.entries(input.RequestItems ?? {});
  const wanted = requests.reduce((sum, [, { Keys = [] }]) => sum + Keys.length, 0);
  if (wanted > limits.batchGetItems)
    throw validation("Too many items requested for the BatchGetItem call");
  const uses: (ConsumedCapacity | undefined)[] = [];
  const responses: Record<string, Item[]> = {};
  const unprocessed: Record<string, KeysAndAttributes> = {};
  let totalBytes = 0;
  let done = 0;
  await context.store.transaction((tx) => {
    for (const [name, request] of requests) {
      checkLegacy(request);
      const { ProjectionExpression: text, Keys = [], ConsistentRead } = request;
      const placeholders = createPlaceholders(request, text !== undefined);
      const paths =
        text === undefined
          ? attributesToGet(request.AttributesToGet)
          : parseProjection(text, placeholders);
      placeholders.checkUsed();
      const place = findActiveTable(tx, name, context);
      const keys = Keys.map((key) => checkKey(place.table, normalizeItem(key)));
      refuseRepeated(keys.map((key) => primaryKey(place.table, key)));
      const found: Item[] = [];
      for (const [index, key] of keys.entries()) {
        if (totalBytes > limits.batchGetBytes) {
          const before = unprocessed[name]?.Keys ?? [];
          unprocessed[name] = { ...request, Keys: [...before, ...Keys.slice(index)] };
          break;
        }
        if (!admits(place, { kind: "read", operation: "BatchGetItem" }, context)) {
          (unprocessed[name] ??= { ...request, Keys: [] }).Keys!.push(Keys[index]!);
          continue;
        }
        done++;
        const stored = readItem(tx, place, key);
        const units = readUnits(stored?.sizeBytes ?? 0, ConsistentRead === true);
        uses.push(consume({ place, readUnits: units }, input.ReturnConsumedCapacity, context));
        totalBytes += stored?.sizeBytes ?? 0;
        if (stored) found.push(paths ? project(stored.item, paths) : stored.item);
      }
      responses[name] = found;
    }
  });
  if (done === 0 && Object.keys(unprocessed).length > 0) throw tableThrottled();
  const capacity = mergeCapacity(uses);
  return {
    Responses: responses,
    UnprocessedKeys: unprocessed,
    ...(capacity.length > 0 && { ConsumedCapacity: capacity }),
  };
};

function refuseRepeated(keys: readonly unknown[]): void {
  if (new Set(keys.map((key) => JSON.stringify(key))).size < keys.length)
    throw validation("Provided list of item keys contains duplicates");
}
