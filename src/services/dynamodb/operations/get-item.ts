import type { Operation } from "#services/kit/service.ts";
import { consume, readUnits } from "../capacity.ts";
import { normalizeItem } from "../attribute-values.ts";
import { createPlaceholders } from "../expressions/placeholders.ts";
import { parseProjection, project } from "../expressions/projection.ts";
import { ItemOutput } from "../items/item-output.ts";
import { checkKey } from "../items/keys.ts";
import { readItem } from "../items/storage.ts";
import { attributesToGet, checkLegacy } from "../legacy.ts";
import { findActiveTable } from "../tables/find.ts";
import { admit } from "../throughput/admission.ts";
import type { DynamoState } from "../state.ts";

/** https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_GetItem.html */
export const getItem: Operation<"dynamodb", "GetItem", DynamoState> = async (input, context) => {
  checkLegacy(input);
  const { ProjectionExpression: text } = input;
  const placeholders = createPlaceholders(input, text !== undefined);
  const paths =
    text === undefined
      ? attributesToGet(input.AttributesToGet)
      : parseProjection(text, placeholders);
  placeholders.checkUsed();
  const { place, stored } = await context.store.transaction((tx) => {
    const found = findActiveTable(tx, input.TableName, context);
    const key = checkKey(found.table, normalizeItem(input.Key ?? {}));
    admit(found, { kind: "read", operation: "GetItem" }, context);
    return { place: found, stored: readItem(tx, found, key) };
  });
  const units = readUnits(stored?.sizeBytes ?? 0, input.ConsistentRead === true);
  const capacity = consume({ place, readUnits: units }, input.ReturnConsumedCapacity, context);
  if (stored && !paths) return new ItemOutput(stored, capacity);
  return {
    ...(stored && paths && { Item: project(stored.item, paths) }),
    ...(capacity && { ConsumedCapacity: capacity }),
  };
};
