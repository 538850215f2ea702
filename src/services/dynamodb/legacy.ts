/** The parameters that expressions replaced in 2014; they are refused rather than ignored. */
import { notSupported, validation } from "./errors.ts";

const legacy = [
  "AttributesToGet",
  "AttributeUpdates",
  "ConditionalOperator",
  "Expected",
  "KeyConditions",
  "QueryFilter",
  "ScanFilter",
];

const expressions = [
  "ConditionExpression",
  "FilterExpression",
  "KeyConditionExpression",
  "ProjectionExpression",
  "UpdateExpression",
];

/** Throws when the input uses a legacy parameter. */
export function refuseLegacy(input: object): void {
  const given = input as Record<string, unknown>;
  const old = legacy.filter((name) => given[name] !== undefined);
  if (old.length === 0) return;
  const present = expressions.filter((name) => given[name] !== undefined);
  if (present.length > 0)
    throw validation(
      `Can not use both expression and non-expression parameters in the same request: Non-expression parameters: {${old.join(", ")}} Expression parameters: {${present.join(", ")}}`,
    );
  throw notSupported(`DynamoDB's legacy parameter ${old[0]}; its expressions work`);
}
