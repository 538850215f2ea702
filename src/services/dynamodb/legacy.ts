/**
 * The parameters that expressions replaced in 2014 and that old clients still send. They mean the
 * same as expressions, and are turned into the same trees.
 * https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/LegacyConditionalParameters.html
 */
import { invalidParameter, validation } from "./errors.ts";

const legacy = [
  "AttributesToGet",
  "AttributeUpdates",
  "ConditionalOperator",
  "Expected",
  "KeyConditions",
  "QueryFilter",
  "ScanFilter",
];

const legacyNames: ReadonlySet<string> = new Set(legacy);

const expressions = [
  "ConditionExpression",
  "FilterExpression",
  "KeyConditionExpression",
  "ProjectionExpression",
  "UpdateExpression",
];

const conditions = ["Expected", "QueryFilter", "ScanFilter"];

/** Throws when the input mixes legacy parameters with expressions, or has half of them. */
export function checkLegacy(input: object): void {
  if (!hasLegacy(input)) return;
  const given = input as Record<string, unknown>;
  const old = legacy.filter((name) => given[name] !== undefined);
  const present = expressions.filter((name) => given[name] !== undefined);
  if (present.length > 0)
    throw validation(
      `Can not use both expression and non-expression parameters in the same request: Non-expression parameters: {${old.join(", ")}} Expression parameters: {${present.join(", ")}}`,
    );
  if (given.ConditionalOperator === undefined) return;
  const listed = conditions.flatMap((name) => Object.keys(given[name] ?? {}));
  if (listed.length === 0)
    throw validation("ConditionalOperator cannot be used without Filter or Expected");
  if (listed.length === 1)
    throw validation(
      "ConditionalOperator can only be used when Filter or Expected has two or more elements",
    );
}

/** Most requests have a few members, and none of these. */
function hasLegacy(input: object): boolean {
  for (const name in input)
    if (legacyNames.has(name) && (input as Record<string, unknown>)[name] !== undefined)
      return true;
  return false;
}

/** AttributesToGet as paths: names of whole attributes, dots and brackets included. */
export function attributesToGet(names: readonly string[] | undefined): [string][] | undefined {
  if (names === undefined) return undefined;
  const repeated = names.find((name, index) => names.indexOf(name) !== index);
  if (repeated !== undefined)
    throw invalidParameter(`Duplicate value in attribute name: ${repeated}`);
  return names.map((name) => [name]);
}
