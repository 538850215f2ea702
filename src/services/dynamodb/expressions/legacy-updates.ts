/**
 * AttributeUpdates as the tree that update expressions are parsed to.
 * https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/LegacyConditionalParameters.AttributeUpdates.html
 */
import type { AttributeValueUpdate } from "@aws-sdk/client-dynamodb";
import { normalizeValue, typeOf } from "../attribute-values.ts";
import { invalidParameter } from "../errors.ts";
import type { Path, Update, UpdateValue } from "./ast.ts";

const emptyList: UpdateValue = {
  kind: "operand",
  operand: { kind: "value", value: { L: [] } },
};

export function legacyUpdate(
  updates: Readonly<Record<string, AttributeValueUpdate>> | undefined,
): Update | undefined {
  if (updates === undefined) return undefined;
  const update: Update = { set: [], remove: [], add: [], delete: [] };
  for (const [name, one] of Object.entries(updates)) addUpdate(update, [name], one);
  return update;
}

function addUpdate(
  update: Update,
  path: Path,
  { Action: action = "PUT", Value: given }: AttributeValueUpdate,
): void {
  if (given === undefined) {
    if (action !== "DELETE")
      throw invalidParameter("Only DELETE action is allowed when no attribute value is specified");
    update.remove.push(path);
    return;
  }
  const value = normalizeValue(given);
  const type = typeOf(value);
  if (action === "PUT") {
    update.set.push({ path, value: { kind: "operand", operand: { kind: "value", value } } });
    return;
  }
  const isSet = type === "SS" || type === "NS" || type === "BS";
  if (action === "DELETE") {
    if (!isSet)
      throw invalidParameter(`DELETE action with value is not supported for the type ${type}`);
    update.delete.push({ path, value });
    return;
  }
  if (type === "L") {
    // Unlike the expression's ADD, the action appends to lists.
    update.set.push({
      path,
      value: {
        kind: "append",
        left: { kind: "ifNotExists", path, otherwise: emptyList },
        right: { kind: "operand", operand: { kind: "value", value } },
      },
    });
    return;
  }
  if (!isSet && type !== "N")
    throw invalidParameter(`ADD action is not supported for the type ${type}`);
  update.add.push({ path, value });
}
