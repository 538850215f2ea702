/** Makes functions of constraints: they look at an input and collect what is wrong with it. */
import type {
  MemberConstraint,
  ServiceConstraints,
  StructureConstraint,
  ValueConstraint,
} from "./facts.ts";
import type { Kind } from "./policy.ts";
import { compilePattern } from "./pattern.ts";

export interface Violation {
  readonly kind: Kind;
  /** From the input down: members' names, items' numbers from 1, maps' keys. */
  readonly path: readonly (string | number)[];
  /** Undefined when it is missing. */
  readonly value: unknown;
  readonly sensitive: boolean;
  /** "Member must not be null" */
  readonly demand: string;
  readonly constraint: ValueConstraint;
}

export type CollectViolations = (input: unknown) => readonly Violation[];

/** Where a value stands; paths are spelt out only for violations. */
interface Place {
  readonly parent: Place | undefined;
  readonly name: string | number;
}

type Check = (value: unknown, parent: Place | undefined, name: string, found: Violation[]) => void;
type CheckStructure = (value: object, place: Place | undefined, found: Violation[]) => void;

interface Test {
  readonly kind: Kind;
  readonly demand: string;
  passes(value: unknown): boolean;
}

const none: readonly Violation[] = [];

/** Undefined for operations that nothing is demanded of. */
export function compileConstraints(
  { operations, structures, enums }: ServiceConstraints,
  operation: string,
): CollectViolations | undefined {
  const compiled = new Map<string, CheckStructure>();

  const structure = (name: string): CheckStructure => {
    const present = compiled.get(name);
    if (present) return present;
    compiled.set(name, (value, place, found) => compiled.get(name)!(value, place, found));
    const check = compileStructure(structures[name] ?? {});
    compiled.set(name, check);
    return check;
  };
  const compileStructure = (constraint: StructureConstraint): CheckStructure => {
    const members = Object.entries(constraint).map(
      ([name, member]): [string, MemberConstraint, Check | undefined] => [
        name,
        member,
        compileValue(member),
      ],
    );
    return (value, place, found) => {
      const source = value as Record<string, unknown>;
      for (const [name, member, check] of members) {
        const item = source[name];
        if (item !== undefined) check?.(item, place, name, found);
        else if (member.required) found.push(missing(place, name, member));
      }
    };
  };
  const compileValue = (constraint: ValueConstraint): Check | undefined => {
    const tests = testsOf(constraint, enums);
    const { structure: target, item, key, value: entry } = constraint;
    const checkStructure = target === undefined ? undefined : structure(target);
    const checkItem = item && compileItems(item, "Member must satisfy constraint");
    const checkKey = key && compileItems(key, "Map keys must satisfy constraint");
    const checkEntry = entry && compileItems(entry, "Map value must satisfy constraint");
    if (tests.length === 0 && !checkStructure && !checkItem && !checkKey && !checkEntry)
      return undefined;
    return (value, parent, name, found) => {
      for (const test of tests)
        if (!test.passes(value)) found.push(violated(test, value, parent, name, constraint));
      if (typeof value !== "object" || value === null) return;
      checkStructure?.(value, { parent, name }, found);
      if (checkItem && Array.isArray(value)) checkItem(value, value, parent, name, found);
      checkKey?.(value, Object.keys(value), parent, name, found);
      checkEntry?.(value, value, parent, name, found);
    };
  };
  /** Complaints about plain items name the collection; those about structures name the item. */
  const compileItems = (constraint: ValueConstraint, demand: string) => {
    const tests = testsOf(constraint, enums);
    const nested: ValueConstraint = { ...constraint, ...noTests };
    const checkNested = compileValue(nested);
    const all: Test = {
      kind: tests[0]?.kind ?? "length",
      demand: `${demand}: [${tests.map((test) => test.demand).join(", ")}]`,
      passes: (value) => tests.every((test) => test.passes(value)),
    };
    return (
      whole: unknown,
      items: object,
      parent: Place | undefined,
      name: string,
      found: Violation[],
    ) => {
      const place = { parent, name };
      const keys = Array.isArray(items) ? undefined : Object.keys(items);
      const values: unknown[] = keys ? Object.values(items) : (items as unknown[]);
      let failed = tests.length === 0;
      for (let index = 0; index < values.length; index++) {
        const item = values[index];
        if (!failed && !all.passes(item)) {
          failed = true;
          found.push(violated(all, whole, parent, name, constraint));
        }
        checkNested?.(item, place, (keys ? keys[index] : index + 1) as string, found);
      }
    };
  };

  const root = operations[operation];
  if (root === undefined) return undefined;
  const check = structure(root);
  return (input) => {
    const found: Violation[] = [];
    check(input ?? {}, undefined, found);
    return found.length === 0 ? none : found;
  };
}

const noTests = {
  minLength: undefined,
  maxLength: undefined,
  min: undefined,
  max: undefined,
  pattern: undefined,
  enum: undefined,
};

function testsOf(constraint: ValueConstraint, enums: ServiceConstraints["enums"]): Test[] {
  const { minLength, maxLength, min, max, pattern, enum: choices } = constraint;
  const tests: Test[] = [];
  const add = (kind: Kind, demand: string, passes: Test["passes"]) =>
    tests.push({ kind, demand, passes });
  if (maxLength !== undefined)
    add("length", `Member must have length less than or equal to ${maxLength}`, (value) => {
      // Counting characters outside the basic plane is worth it only near the limit.
      return rawLength(value) <= maxLength || length(value) <= maxLength;
    });
  if (minLength !== undefined)
    add(
      "length",
      `Member must have length greater than or equal to ${minLength}`,
      // A character has two halves at most.
      (value) => rawLength(value) >= 2 * minLength || length(value) >= minLength,
    );
  if (max !== undefined)
    add(
      "range",
      `Member must have value less than or equal to ${max}`,
      (value) => (value as number) <= max,
    );
  if (min !== undefined)
    add(
      "range",
      `Member must have value greater than or equal to ${min}`,
      (value) => (value as number) >= min,
    );
  const expression = pattern === undefined ? undefined : compilePattern(pattern);
  if (expression)
    add("pattern", `Member must satisfy regular expression pattern: ${pattern}`, (value) =>
      expression.test(String(value)),
    );
  const allowed = choices === undefined ? undefined : enums[choices];
  if (allowed)
    add("enum", `Member must satisfy enum value set: [${allowed.join(", ")}]`, (value) =>
      allowed.includes(value as string),
    );
  return tests;
}

function rawLength(value: unknown): number {
  if (typeof value === "string") return value.length;
  if (value instanceof Uint8Array) return value.length;
  if (Array.isArray(value)) return value.length;
  return typeof value === "object" && value !== null ? Object.keys(value).length : 0;
}

/** In characters, not in the halves of which JavaScript makes the rarer ones. */
function length(value: unknown): number {
  if (typeof value !== "string") return rawLength(value);
  let count = 0;
  for (const _ of value) count++;
  return count;
}

function missing(parent: Place | undefined, name: string, constraint: ValueConstraint): Violation {
  const test: Test = { kind: "required", demand: "Member must not be null", passes: () => false };
  return violated(test, undefined, parent, name, constraint);
}

function violated(
  { kind, demand }: Test,
  value: unknown,
  parent: Place | undefined,
  name: string | number,
  constraint: ValueConstraint,
): Violation {
  const path = [name];
  for (let place = parent; place; place = place.parent) path.unshift(place.name);
  return { kind, demand, path, value, constraint, sensitive: constraint.sensitive === true };
}
