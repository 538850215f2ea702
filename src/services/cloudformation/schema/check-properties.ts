/** Checks a resource's properties against its schema and gives each the type that the schema asks for. */
import { Unknown, isObject, noValue, type Evaluated } from "../template/values.ts";
import type { PropertySchema, ResourceSchema } from "./resource-schema.ts";

export interface Checked {
  properties: { [name: string]: Evaluated };
  /** Sentences in the form of CloudFormation's schema validation; empty when all is well. */
  faults: string[];
}

/**
 * Texts become numbers and booleans and the other way round where the schema says so, as CloudFormation
 * does. What is not known yet passes unchecked.
 */
export function checkProperties(schema: ResourceSchema, properties: Evaluated): Checked {
  const given = isObject(properties) ? (properties as { [name: string]: Evaluated }) : {};
  const faults: string[] = [];
  if (schema.properties === "any") {
    for (const key of schema.required ?? []) if (!(key in given)) faults.push(missing("#", key));
    return { properties: given, faults };
  }
  const readOnly = new Set(schema.readOnly?.filter((name) => !name.includes(".")));
  const members = Object.fromEntries(
    Object.entries(schema.properties).filter(
      ([name]) => !readOnly.has(name) || schema.createOnly?.includes(name),
    ),
  );
  const check: Check = { definitions: schema.definitions ?? {}, faults };
  const required = schema.required ? { required: schema.required } : {};
  const checked = coerce(given, { members, ...required }, "#", check);
  return { properties: checked as { [name: string]: Evaluated }, faults };
}

const missing = (path: string, key: string) => `${path}: required key [${key}] not found`;

interface Check {
  definitions: Readonly<Record<string, PropertySchema>>;
  faults: string[];
}

function coerce(value: Evaluated, schema: PropertySchema, path: string, check: Check): Evaluated {
  if (value instanceof Unknown || value === noValue || schema === "any") return value;
  if (typeof schema === "string") return coerceScalar(value, schema, path, check);
  if ("ref" in schema) {
    const definition = check.definitions[schema.ref];
    return definition === undefined ? value : coerce(value, definition, path, check);
  }
  if ("list" in schema) {
    // One item where a list belongs is taken as a list of one.
    const items = Array.isArray(value) ? value : [value];
    if (!Array.isArray(value) && (isObject(value) || typeof schema.list !== "string"))
      return mismatch(value, "JSONArray", path, check);
    return items.map((item, index) => coerce(item, schema.list, `${path}/${index}`, check));
  }
  if (!isObject(value)) return mismatch(value, "JSONObject", path, check);
  const entries = Object.entries(value) as [string, Evaluated][];
  if ("map" in schema)
    return Object.fromEntries(
      entries.map(([key, item]) => [key, coerce(item, schema.map, `${path}/${key}`, check)]),
    );
  for (const key of schema.required ?? [])
    if (!(key in value)) check.faults.push(missing(path, key));
  const result: { [key: string]: Evaluated } = {};
  for (const [key, item] of entries) {
    const member = Object.hasOwn(schema.members, key) ? schema.members[key] : undefined;
    if (member === undefined)
      check.faults.push(`${path}: extraneous key [${key}] is not permitted`);
    else result[key] = coerce(item, member, `${path}/${key}`, check);
  }
  return result;
}

type Scalar = Extract<PropertySchema, string>;

function coerceScalar(value: Evaluated, schema: Scalar, path: string, check: Check): Evaluated {
  if (typeof value === "object") return mismatch(value, nameOf(schema), path, check);
  const text = String(value);
  if (schema === "string") return text;
  if (schema === "boolean") {
    if (/^(true|yes)$/i.test(text)) return true;
    if (/^(false|no)$/i.test(text)) return false;
    return mismatch(value, "Boolean", path, check);
  }
  const number = typeof value === "boolean" || text.trim() === "" ? Number.NaN : Number(text);
  if (schema === "integer" ? !Number.isInteger(number) : !Number.isFinite(number))
    return mismatch(value, nameOf(schema), path, check);
  return number;
}

function nameOf(schema: Scalar): string {
  return `${schema[0]!.toUpperCase()}${schema.slice(1)}`;
}

function mismatch(value: Evaluated, expected: string, path: string, check: Check): Evaluated {
  const found = Array.isArray(value)
    ? "JSONArray"
    : isObject(value)
      ? "JSONObject"
      : nameOf(typeof value as Scalar);
  check.faults.push(`${path}: expected type: ${expected}, found: ${found}`);
  return value;
}
