/**
 * Which messages a subscription wants:
 * https://docs.aws.amazon.com/sns/latest/dg/sns-subscription-filter-policies.html
 */
import { BlockList } from "node:net";
import { filterPolicyInvalid } from "./errors.ts";
import type { MessageAttribute, Notification } from "./records.ts";

type Scalar = string | number | boolean | null;
type Condition = Scalar | Record<string, unknown>;
type Policy = Record<string, unknown>;

const mostCombinations = 150;

/** Reads and checks a policy's text. Throws InvalidParameter with what is wrong. */
export function parseFilterPolicy(text: string, scope: string): Policy {
  let policy: unknown;
  try {
    policy = JSON.parse(text);
  } catch {
    throw filterPolicyInvalid("failed to parse JSON.");
  }
  if (!isObject(policy)) throw filterPolicyInvalid("Filter policy must be a JSON object");
  const combinations = checkPolicy(policy, scope === "MessageBody");
  if (combinations > mostCombinations) throw filterPolicyInvalid("Filter policy is too complex");
  return policy;
}

/** True when the subscription with this policy gets the message. */
export function matchesFilterPolicy(
  policy: Policy,
  scope: string,
  notification: Pick<Notification, "message" | "attributes">,
): boolean {
  if (scope !== "MessageBody") return matchesAttributes(policy, notification.attributes);
  let body: unknown;
  try {
    body = JSON.parse(notification.message);
  } catch {
    return false;
  }
  return isObject(body) && matchesObject(policy, [body]);
}

function matchesAttributes(policy: Policy, attributes: Record<string, MessageAttribute>): boolean {
  return Object.entries(policy).every(([name, wanted]) => {
    if (name === "$or")
      return (wanted as Policy[]).some((one) => matchesAttributes(one, attributes));
    return matchesValues(wanted as Condition[], attributeValues(attributes[name]));
  });
}

/** An attribute's values as JSON would hold them; undefined when it is missing. */
function attributeValues(attribute: MessageAttribute | undefined): Scalar[] | undefined {
  if (!attribute) return undefined;
  const { Type: type, Value: value } = attribute;
  if (type === "Number") return [Number(value)];
  if (type === "String.Array") return [JSON.parse(value) as Scalar[]].flat();
  return [value];
}

/** A nested policy against the objects found at its place; arrays match when any element does. */
function matchesObject(policy: Policy, objects: readonly Policy[]): boolean {
  return Object.entries(policy).every(([name, wanted]) => {
    if (name === "$or") return (wanted as Policy[]).some((one) => matchesObject(one, objects));
    const found = objects.filter((object) => name in object).map((object) => object[name]);
    if (isObject(wanted)) {
      const inner = found.flat(Number.POSITIVE_INFINITY).filter(isObject);
      return inner.length > 0 ? matchesObject(wanted, inner) : matchesObject(wanted, [{}]);
    }
    const values = found.flat(Number.POSITIVE_INFINITY) as Scalar[];
    return matchesValues(wanted as Condition[], found.length > 0 ? values : undefined);
  });
}

function matchesValues(
  conditions: readonly Condition[],
  values: readonly Scalar[] | undefined,
): boolean {
  return conditions.some((condition) => {
    if (isObject(condition) && "exists" in condition)
      return condition.exists === (values !== undefined);
    return values?.some((value) => matchesCondition(condition, value)) ?? false;
  });
}

function matchesCondition(condition: Condition, value: Scalar): boolean {
  if (!isObject(condition)) return sameScalar(condition, value);
  const [[operator, operand]] = Object.entries(condition) as [[string, unknown]];
  switch (operator) {
    case "prefix":
      return textOrFolded(operand, value, (text, part) => text.startsWith(part));
    case "suffix":
      return textOrFolded(operand, value, (text, part) => text.endsWith(part));
    case "equals-ignore-case":
      return typeof value === "string" && value.toLowerCase() === String(operand).toLowerCase();
    case "wildcard":
      return typeof value === "string" && wildcard(String(operand)).test(value);
    case "anything-but":
      return matchesAnythingBut(operand, value);
    case "numeric":
      return typeof value === "number" && matchesNumber(operand as (string | number)[], value);
    case "cidr":
      return typeof value === "string" && inNetwork(String(operand), value);
    default:
      return false;
  }
}

/** Numbers count to five digits behind the point. */
function sameScalar(a: Scalar, b: Scalar): boolean {
  return typeof a === "number" && typeof b === "number" ? rounded(a) === rounded(b) : a === b;
}

function rounded(value: number): number {
  return Math.round(value * 100_000);
}

function matchesAnythingBut(operand: unknown, value: Scalar): boolean {
  if (isObject(operand)) {
    const [[operator, inner]] = Object.entries(operand) as [[string, unknown]];
    return [inner].flat().every((one) => !matchesCondition({ [operator]: one }, value));
  }
  return ![operand].flat().some((one) => sameScalar(one as Scalar, value));
}

function textOrFolded(
  operand: unknown,
  value: Scalar,
  test: (text: string, part: string) => boolean,
): boolean {
  if (typeof value !== "string") return false;
  if (isObject(operand))
    return test(value.toLowerCase(), String(operand["equals-ignore-case"]).toLowerCase());
  return test(value, String(operand));
}

function wildcard(pattern: string): RegExp {
  const source = pattern.split("*").map((part) => part.replace(/[.*+?^${}()|[\]\\]/g, "\\$&"));
  return new RegExp(`^${source.join(".*")}$`, "s");
}

/** [">=", 0, "<", 100] */
function matchesNumber(terms: readonly (string | number)[], given: number): boolean {
  const value = rounded(given);
  for (let index = 0; index < terms.length; index += 2) {
    const bound = rounded(Number(terms[index + 1]));
    const holds = {
      "=": value === bound,
      "<": value < bound,
      "<=": value <= bound,
      ">": value > bound,
      ">=": value >= bound,
    }[String(terms[index])];
    if (!holds) return false;
  }
  return true;
}

function inNetwork(network: string, address: string): boolean {
  const [base = "", bits = ""] = network.split("/");
  const family = base.includes(":") ? "ipv6" : "ipv4";
  const list = new BlockList();
  list.addSubnet(base, Number(bits), family);
  return list.check(address, address.includes(":") ? "ipv6" : "ipv4");
}

const operators = new Set([
  "prefix",
  "suffix",
  "equals-ignore-case",
  "wildcard",
  "anything-but",
  "numeric",
  "cidr",
  "exists",
]);

/** Checks a policy and returns how many combinations of values it spans. */
function checkPolicy(policy: Policy, nested: boolean): number {
  let combinations = 1;
  for (const [name, wanted] of Object.entries(policy)) {
    if (name === "$or" && Array.isArray(wanted)) {
      for (const one of wanted) {
        if (!isObject(one)) throw filterPolicyInvalid("$or must contain objects");
        checkPolicy(one, nested);
      }
      combinations *= wanted.length;
    } else if (Array.isArray(wanted)) {
      if (wanted.length === 0) throw filterPolicyInvalid("Empty arrays are not allowed");
      for (const condition of wanted) checkCondition(condition);
      combinations *= wanted.length;
    } else if (nested && isObject(wanted)) combinations *= checkPolicy(wanted, nested);
    else
      throw filterPolicyInvalid(
        nested
          ? `"${name}" must be an object or an array`
          : "Filter policy scope MessageAttributes does not support nested filter policy",
      );
  }
  return combinations;
}

function checkCondition(condition: unknown): void {
  if (Array.isArray(condition))
    throw filterPolicyInvalid("Match value must be String, number, true, false, or null");
  if (!isObject(condition)) return;
  const names = Object.keys(condition);
  if (names.length !== 1 || !operators.has(names[0]!))
    throw filterPolicyInvalid(`Unrecognized match type ${names.join(", ")}`);
  const { numeric, exists } = condition;
  if (exists !== undefined && typeof exists !== "boolean")
    throw filterPolicyInvalid("exists match pattern must be either true or false.");
  if (numeric !== undefined && !isNumericCondition(numeric))
    throw filterPolicyInvalid("Value of numeric must be an array of operators and numbers");
}

function isNumericCondition(terms: unknown): boolean {
  if (!Array.isArray(terms) || terms.length === 0 || terms.length % 2 !== 0) return false;
  return terms.every((term: unknown, index) =>
    index % 2 === 0 ? ["=", "<", "<=", ">", ">="].includes(String(term)) : typeof term === "number",
  );
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
