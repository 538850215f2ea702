/** PutItem, UpdateItem and DeleteItem as steps that also a transaction takes. */
import type {
  AttributeValue,
  AttributeValueUpdate,
  ExpectedAttributeValue,
} from "@aws-sdk/client-dynamodb";
import type { Transaction } from "#store/store.ts";
import { normalizeItem, type Item } from "../attribute-values.ts";
import { conditionalCheckFailed, invalidParameter } from "../errors.ts";
import { applyUpdate } from "../expressions/apply-update.ts";
import type { Condition, Update } from "../expressions/ast.ts";
import { evaluate } from "../expressions/evaluate.ts";
import { legacyExpected } from "../expressions/legacy-conditions.ts";
import { legacyUpdate } from "../expressions/legacy-updates.ts";
import { parseCondition } from "../expressions/parse-condition.ts";
import { parseUpdate } from "../expressions/parse-update.ts";
import { createPlaceholders, type PlaceholderInput } from "../expressions/placeholders.ts";
import { checkLegacy } from "../legacy.ts";
import { checkItemKeys, checkKey, keyOf } from "./keys.ts";
import { deleteItem, readItem, writeItem, type TablePlace } from "./storage.ts";
import type { StoredItem } from "./stored-item.ts";

export interface ConditionInput extends PlaceholderInput {
  ConditionExpression?: string | undefined;
  ReturnValuesOnConditionCheckFailure?: string | undefined;
}

/** What is known of a write before its table is. */
export interface PreparedWrite {
  kind: "put" | "update" | "delete" | "check";
  /** The item for a put, the key for the others. */
  item: Item;
  condition: Condition | undefined;
  update: Update | undefined;
  showOnFailure: boolean;
}

export interface Written {
  before: StoredItem | undefined;
  after: StoredItem | undefined;
  /** The larger of the item before and after: what the write costs. */
  sizeBytes: number;
}

interface WriteInput extends ConditionInput {
  Item?: Record<string, AttributeValue> | undefined;
  Key?: Record<string, AttributeValue> | undefined;
  UpdateExpression?: string | undefined;
  Expected?: Record<string, ExpectedAttributeValue> | undefined;
  ConditionalOperator?: "AND" | "OR" | undefined;
  AttributeUpdates?: Record<string, AttributeValueUpdate> | undefined;
}

/** Parses the expressions. Throws ValidationException. */
export function prepareWrite(kind: PreparedWrite["kind"], input: WriteInput): PreparedWrite {
  checkLegacy(input);
  const { ConditionExpression: conditionText, UpdateExpression: updateText } = input;
  const placeholders = createPlaceholders(
    input,
    conditionText !== undefined || updateText !== undefined,
  );
  const update =
    updateText === undefined
      ? legacyUpdate(input.AttributeUpdates)
      : parseUpdate(updateText, placeholders);
  const condition =
    conditionText === undefined
      ? legacyExpected(input.Expected, input.ConditionalOperator)
      : parseCondition(conditionText, "ConditionExpression", placeholders);
  placeholders.checkUsed();
  return {
    kind,
    item: normalizeItem((kind === "put" ? input.Item : input.Key) ?? {}),
    condition,
    update,
    showOnFailure: input.ReturnValuesOnConditionCheckFailure === "ALL_OLD",
  };
}

/** Throws ValidationException for a key that is not the table's. */
export function checkWrite({ table }: TablePlace, write: PreparedWrite): void {
  if (write.kind === "put") checkItemKeys(table, write.item);
  else checkKey(table, write.item);
  if (!write.update) return;
  const { set, remove, add, delete: deleted } = write.update;
  const touched = [...set, ...add, ...deleted].map(({ path }) => path[0]);
  for (const name of [...touched, ...remove.map(([first]) => first)])
    if (name === table.key.partition || name === table.key.sort)
      throw invalidParameter(`Cannot update attribute ${name}. This attribute is part of the key`);
}

/** Throws ConditionalCheckFailedException, and ValidationException where an update cannot be applied. */
export function performWrite(tx: Transaction, place: TablePlace, write: PreparedWrite): Written {
  const before = readItem(tx, place, write.item);
  if (write.condition && !evaluate(write.condition, before?.item ?? {}))
    throw conditionalCheckFailed(write.showOnFailure ? before?.item : undefined);
  switch (write.kind) {
    case "check":
      return { before, after: before, sizeBytes: before?.sizeBytes ?? 0 };
    case "delete":
      if (before) deleteItem(tx, place, before);
      return { before, after: undefined, sizeBytes: before?.sizeBytes ?? 0 };
    case "put":
    case "update": {
      const item = write.kind === "put" ? write.item : updated(place, write, before?.item);
      if (write.kind === "update") checkItemKeys(place.table, item);
      const after = writeItem(tx, place, before, item);
      return { before, after, sizeBytes: Math.max(after.sizeBytes, before?.sizeBytes ?? 0) };
    }
  }
}

/** An update of what is not there makes an item of the key. */
function updated(
  { table }: TablePlace,
  { item, update }: PreparedWrite,
  before: Item | undefined,
): Item {
  const start = before ?? keyOf(table, item);
  return update ? applyUpdate(update, start) : start;
}
