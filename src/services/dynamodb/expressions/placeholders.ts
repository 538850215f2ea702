/** What #names and :values stand for, and that each given one is used. */
import type { AttributeValue } from "@aws-sdk/client-dynamodb";
import { AwsError } from "#model/error.ts";
import { normalizeValue } from "../attribute-values.ts";
import { validation } from "../errors.ts";

export interface Placeholders {
  name(placeholder: string, expressionKind: string): string;
  value(placeholder: string, expressionKind: string): AttributeValue;
  /** Throws when a name or value was given and not used. Call it after the last expression. */
  checkUsed(): void;
}

export interface PlaceholderInput {
  ExpressionAttributeNames?: Record<string, string> | undefined;
  ExpressionAttributeValues?: Record<string, AttributeValue> | undefined;
}

export function createPlaceholders(input: PlaceholderInput, anyExpression: boolean): Placeholders {
  const { ExpressionAttributeNames: names, ExpressionAttributeValues: values } = input;
  // Most writes have no expression at all.
  if (names === undefined && values === undefined) return noPlaceholders;
  checkGiven(names, "ExpressionAttributeNames", /^#[A-Za-z0-9_]+$/, anyExpression);
  checkGiven(values, "ExpressionAttributeValues", /^:[A-Za-z0-9_]+$/, anyExpression);
  return createFrom(names, values);
}

function createFrom(
  names: PlaceholderInput["ExpressionAttributeNames"],
  values: PlaceholderInput["ExpressionAttributeValues"],
): Placeholders {
  const sound = soundValues(values);
  const used = new Set<string>();
  return {
    name(placeholder, kind) {
      const name = names?.[placeholder];
      if (name === undefined)
        throw validation(
          `Invalid ${kind}: An expression attribute name used in the document path is not defined; attribute name: ${placeholder}`,
        );
      used.add(placeholder);
      return name;
    },
    value(placeholder, kind) {
      const value = sound.get(placeholder);
      if (value === undefined)
        throw validation(
          `Invalid ${kind}: An expression attribute value used in expression is not defined; attribute value: ${placeholder}`,
        );
      used.add(placeholder);
      return value;
    },
    checkUsed() {
      checkAllUsed("ExpressionAttributeNames", names, used);
      checkAllUsed("ExpressionAttributeValues", values, used);
    },
  };
}

function checkAllUsed(kind: string, given: object | undefined, used: ReadonlySet<string>): void {
  if (given === undefined) return;
  const unused = Object.keys(given).filter((placeholder) => !used.has(placeholder));
  if (unused.length > 0)
    throw validation(
      `Value provided in ${kind} unused in expressions: keys: {${unused.join(", ")}}`,
    );
}

const noPlaceholders = createFrom(undefined, undefined);

/** Every given value must be sound, whether an expression uses it or not. */
function soundValues(
  values: PlaceholderInput["ExpressionAttributeValues"],
): ReadonlyMap<string, AttributeValue> {
  const sound = new Map<string, AttributeValue>();
  for (const [placeholder, value] of Object.entries(values ?? {}))
    try {
      sound.set(placeholder, normalizeValue(value));
    } catch (error) {
      if (!(error instanceof AwsError)) throw error;
      throw validation(
        `ExpressionAttributeValues contains invalid value: ${error.message} for key ${placeholder}`,
      );
    }
  return sound;
}

function checkGiven(
  given: object | undefined,
  parameter: string,
  pattern: RegExp,
  anyExpression: boolean,
): void {
  if (given === undefined) return;
  if (!anyExpression) throw validation(`${parameter} can only be specified when using expressions`);
  const keys = Object.keys(given);
  if (keys.length === 0) throw validation(`${parameter} must not be empty`);
  for (const key of keys)
    if (!pattern.test(key))
      throw validation(`${parameter} contains invalid key: Syntax error; key: "${key}"`);
}
