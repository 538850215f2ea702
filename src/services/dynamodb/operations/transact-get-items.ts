import type { ConsumedCapacity, ItemResponse } from "@aws-sdk/client-dynamodb";
import type { Operation } from "#services/kit/service.ts";
import { normalizeItem } from "../attribute-values.ts";
import { consume, mergeCapacity, readUnits } from "../capacity.ts";
import { validation } from "../errors.ts";
import { createPlaceholders } from "../expressions/placeholders.ts";
import { parseProjection, project } from "../expressions/projection.ts";
import { checkKey } from "../items/keys.ts";
import { readItem } from "../items/storage.ts";
import { findActiveTable } from "../tables/find.ts";
import { admit } from "../throughput/admission.ts";
import type { DynamoState } from "../state.ts";

/** https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_TransactGetItems.html */
export const transactGetItems: Operation<"dynamodb", "TransactGetItems", DynamoState> = async (
  input,
  context,
) => {
  const uses: (ConsumedCapacity | undefined)[] = [];
  const responses = await context.store.transaction((tx) => {
    const found: ItemResponse[] = [];
    for (const { Get } of input.TransactItems ?? []) {
      if (!Get) throw validation("TransactItems must contain Get");
      const { ProjectionExpression: text } = Get;
      const placeholders = createPlaceholders(Get, text !== undefined);
      const paths = text === undefined ? undefined : parseProjection(text, placeholders);
      placeholders.checkUsed();
      const place = findActiveTable(tx, Get.TableName, context);
      admit(place, { kind: "read", operation: "TransactGetItems" }, context);
      const stored = readItem(tx, place, checkKey(place.table, normalizeItem(Get.Key ?? {})));
      // A transactional read costs twice a consistent one.
      const units = 2 * readUnits(stored?.sizeBytes ?? 0, true);
      uses.push(consume({ place, readUnits: units }, input.ReturnConsumedCapacity, context));
      found.push(stored ? { Item: paths ? project(stored.item, paths) : stored.item } : {});
    }
    return found;
  });
  const capacity = mergeCapacity(uses);
  return {
    Responses: responses,
    ...(capacity.length > 0 && { ConsumedCapacity: capacity }),
  };
};
