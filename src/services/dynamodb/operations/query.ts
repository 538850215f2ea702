import type { Operation } from "#services/kit/service.ts";
import { consume, readUnits } from "../capacity.ts";
import { validation } from "../errors.ts";
import { legacyKeyConditions } from "../expressions/legacy-conditions.ts";
import { parseKeyCondition } from "../expressions/parse-key-condition.ts";
import { createPlaceholders } from "../expressions/placeholders.ts";
import { rangeOf } from "../items/key-range.ts";
import { checkStartKey, readPage } from "../items/page.ts";
import {
  checkIndexUse,
  formatPage,
  mustFetch,
  readSelection,
  refuseKeysInFilter,
} from "../items/selection.ts";
import { checkLegacy } from "../legacy.ts";
import { findActiveTable, findIndex } from "../tables/find.ts";
import { admit } from "../throughput/admission.ts";
import type { DynamoState } from "../state.ts";

/** https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_Query.html */
export const query: Operation<"dynamodb", "Query", DynamoState> = async (input, context) => {
  checkLegacy(input);
  const { IndexName: indexName, KeyConditionExpression: text, KeyConditions: legacy } = input;
  if (text === undefined && legacy === undefined)
    throw validation(
      "Either the KeyConditions or KeyConditionExpression parameter must be specified in the request.",
    );
  const { place, index, page, selection } = await context.store.transaction(async (tx) => {
    const found = findActiveTable(tx, input.TableName, context);
    const used = indexName === undefined ? undefined : findIndex(found.table, indexName);
    const key = used?.key ?? found.table.key;
    const placeholders = createPlaceholders(input, text !== undefined);
    const chosen = readSelection(input, placeholders);
    const condition =
      text === undefined
        ? legacyKeyConditions(legacy!, key.partition, key.sort)
        : parseKeyCondition(text, key.partition, key.sort, placeholders);
    placeholders.checkUsed();
    refuseKeysInFilter(input, chosen, key);
    checkIndexUse(input, used);
    admit(found, { kind: "read", operation: "Query", index: used }, context);
    const read = await readPage(tx, {
      place: found,
      index: used,
      ...rangeOf(found, used, condition),
      startKey: checkStartKey(found, used, input.ExclusiveStartKey),
      reverse: input.ScanIndexForward === false,
      limit: input.Limit,
      filter: chosen.filter,
      fetchItems: mustFetch(input, used, chosen, found.table),
    });
    return { place: found, index: used, page: read, selection: chosen };
  });
  const units = readUnits(page.sizeBytes, input.ConsistentRead === true);
  const use = { place, index, readUnits: units };
  return formatPage(page, selection, consume(use, input.ReturnConsumedCapacity, context));
};
