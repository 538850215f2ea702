/**
 * Event patterns: which events a rule wants.
 * https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-event-patterns.html
 */
import { invalidPattern } from "./invalid-pattern.ts";
import { parseValueTest, type Scalar, type ValueTest } from "./value-test.ts";

/** True for the events that the pattern wants. */
export type EventPattern = (event: unknown) => boolean;

type Branch = Record<string, unknown>;

/** What must hold of one object of the event. */
type ObjectTest = (object: Branch) => boolean;

/** Throws InvalidEventPatternException. */
export function parseEventPattern(text: string): EventPattern {
  let pattern: unknown;
  try {
    pattern = JSON.parse(text);
  } catch {
    throw invalidPattern("Filter is not valid JSON");
  }
  if (!isObject(pattern)) throw invalidPattern("Filter is not an object");
  const test = parseBranch(pattern);
  return (event) => isObject(event) && test(event);
}

function parseBranch(pattern: Branch): ObjectTest {
  const entries = Object.entries(pattern);
  if (entries.length === 0) throw invalidPattern("Empty objects are not allowed");
  const tests = entries.map(([name, wanted]) =>
    name === "$or" && isAlternatives(wanted) ? parseOr(wanted) : parseMember(name, wanted),
  );
  return (object) => tests.every((test) => test(object));
}

/** "$or" is a field's name like any other unless it holds a list of two or more objects. */
function isAlternatives(wanted: unknown): wanted is Branch[] {
  return Array.isArray(wanted) && wanted.length > 1 && wanted.every(isObject);
}

function parseOr(alternatives: readonly Branch[]): ObjectTest {
  const tests = alternatives.map(parseBranch);
  return (object) => tests.some((test) => test(object));
}

function parseMember(name: string, wanted: unknown): ObjectTest {
  if (Array.isArray(wanted)) return parseLeaf(name, wanted);
  if (!isObject(wanted)) throw invalidPattern(`"${name}" must be an object or an array`);
  const test = parseBranch(wanted);
  return (object) => {
    // The elements of a list are tried one by one: what is wanted must hold of the same one.
    const inner = flatten(object[name]).filter(isObject);
    return inner.length > 0 ? inner.some(test) : test({});
  };
}

function parseLeaf(name: string, wanted: readonly unknown[]): ObjectTest {
  if (wanted.length === 0) throw invalidPattern("Empty arrays are not allowed");
  const tests: ValueTest[] = [];
  const presence = new Set<boolean>();
  for (const one of wanted) {
    const test = parseValueTest(one);
    if (typeof test === "boolean") presence.add(test);
    else tests.push(test);
  }
  return (object) => {
    const values = Object.hasOwn(object, name) ? flatten(object[name]).filter(isScalar) : [];
    // https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-create-pattern-operators.html: leaf nodes only.
    if (presence.has(values.length > 0)) return true;
    return values.some((value) => tests.some((test) => test(value)));
  };
}

function flatten(value: unknown): unknown[] {
  return value === undefined ? [] : [value].flat(Number.POSITIVE_INFINITY);
}

function isScalar(value: unknown): value is Scalar {
  return value === null || typeof value !== "object";
}

function isObject(value: unknown): value is Branch {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
