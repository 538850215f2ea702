/**
 * Extracts from CloudFormation's published resource schemas what deploying needs to know of them: names
 * and types of properties, which are required, which demand replacement, which are attributes.
 *
 *     node tools/extract-resource-schemas.ts DIRECTORY
 *
 * DIRECTORY holds the schemas as https://schema.cloudformation.us-east-1.amazonaws.com/CloudformationSchema.zip
 * has them, one JSON file per type. Only types with a file under resource-types/ are taken. Types that have
 * no published schema (AWS::CloudWatch::AnomalyDetector) are written from their documentation and kept.
 */
import { existsSync, readFileSync, readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { resourceTypes } from "../src/services/cloudformation/resource-types/registry.ts";

interface Source {
  typeName: string;
  type?: string | string[];
  properties?: Record<string, Source>;
  patternProperties?: Record<string, Source>;
  additionalProperties?: boolean | Source;
  definitions?: Record<string, Source>;
  items?: Source;
  required?: string[];
  $ref?: string;
  oneOf?: Source[];
  anyOf?: Source[];
  allOf?: Source[];
  createOnlyProperties?: string[];
  conditionalCreateOnlyProperties?: string[];
  readOnlyProperties?: string[];
  tagging?: { taggable?: boolean; cloudFormationSystemTags?: boolean; tagProperty?: string };
}

const scalars: Record<string, string> = {
  string: "string",
  integer: "integer",
  number: "number",
  boolean: "boolean",
};

function compact(source: Source): unknown {
  if (source.$ref) return { ref: source.$ref.replace("#/definitions/", "") };
  const { type } = source;
  if (typeof type === "string" && scalars[type]) return scalars[type];
  if (type === "array" || (type === undefined && source.items))
    return { list: source.items ? compact(source.items) : "any" };
  if (type === "object" || (type === undefined && source.properties)) {
    if (source.properties)
      return {
        members: mapValues(source.properties, compact),
        ...(source.required?.length && { required: source.required }),
      };
    const values = Object.values(source.patternProperties ?? {});
    if (values.length === 1) return { map: compact(values[0]!) };
  }
  return "any";
}

function mapValues<T, U>(object: Record<string, T>, change: (value: T) => U): Record<string, U> {
  return Object.fromEntries(Object.entries(object).map(([key, value]) => [key, change(value)]));
}

function names(pointers: string[] | undefined): string[] {
  return (pointers ?? []).map((pointer) =>
    pointer.replace("/properties/", "").replaceAll("/", "."),
  );
}

function compactType(source: Source): unknown {
  const readOnly = names(source.readOnlyProperties);
  return {
    properties: mapValues(source.properties ?? {}, compact),
    ...(source.required?.length && { required: source.required }),
    ...(readOnly.length && { readOnly }),
    ...(source.createOnlyProperties?.length && { createOnly: names(source.createOnlyProperties) }),
    ...(source.conditionalCreateOnlyProperties?.length && {
      conditional: names(source.conditionalCreateOnlyProperties),
    }),
    ...(source.definitions && { definitions: mapValues(source.definitions, compact) }),
    ...(source.tagging?.tagProperty && {
      tags: source.tagging.tagProperty.replace("/properties/", ""),
    }),
    ...(source.tagging?.cloudFormationSystemTags === false && { systemTags: false }),
  };
}

const [directory] = process.argv.slice(2);
if (directory === undefined) throw new Error("name the directory that holds the schemas");
const target = join(import.meta.dirname, "../src/services/cloudformation/generated");
const byService = new Map<string, Record<string, unknown>>();
for (const file of readdirSync(directory).sort()) {
  const source = JSON.parse(readFileSync(join(directory, file), "utf8")) as Source;
  const { typeName } = source;
  // CDK::Metadata has a schema without properties: it may say anything.
  if (!(typeName in resourceTypes) || typeName === "AWS::CDK::Metadata") continue;
  const service = typeName.split("::")[1]!.toLowerCase();
  const types = byService.get(service) ?? kept(service);
  types[typeName] = compactType(source);
  byService.set(service, types);
}

/** What is there already, for types that no file brings. */
function kept(service: string): Record<string, unknown> {
  const file = join(target, `${service}.json`);
  if (!existsSync(file)) return {};
  const present = JSON.parse(readFileSync(file, "utf8")) as Record<string, unknown>;
  return Object.fromEntries(Object.entries(present).filter(([name]) => name in resourceTypes));
}

for (const [service, types] of byService) {
  const lines = Object.entries(types)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, type]) => `  ${JSON.stringify(name)}: ${JSON.stringify(type)}`);
  writeFileSync(join(target, `${service}.json`), `{\n${lines.join(",\n")}\n}\n`);
}
