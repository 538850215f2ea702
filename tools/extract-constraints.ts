/**
 * Reads from AWS's published API models what they demand of inputs, and writes one compact file per
 * service under src/model/constraints/generated.
 *
 *   node tools/extract-constraints.ts --botocore DIR     DIR holds data/SERVICE/VERSION/service-2.json(.gz)
 */
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { gunzipSync } from "node:zlib";
import type {
  MemberConstraint,
  ServiceConstraints,
  StructureConstraint,
  ValueConstraint,
} from "#model/constraints/facts.ts";
import { policies, type Kind } from "#model/constraints/policy.ts";
import { serviceNames } from "#model/facts.ts";
import type { ServiceName } from "#model/sdk.ts";
import { botocoreName } from "./new-service/botocore-name.ts";

interface PublishedModel {
  metadata: { apiVersion: string };
  operations: Record<string, { input?: { shape: string } }>;
  shapes: Record<string, PublishedShape>;
}

interface PublishedShape {
  type: string;
  required?: string[];
  members?: Record<string, { shape: string }>;
  member?: { shape: string };
  key?: { shape: string };
  value?: { shape: string };
  min?: number;
  max?: number;
  pattern?: string;
  enum?: string[];
  sensitive?: boolean;
}

const { values } = parseArgs({ options: { botocore: { type: "string" } } });
if (!values.botocore) throw new Error("say where botocore is: --botocore DIR");
const folder = fileURLToPath(new URL("../src/model/constraints/generated/", import.meta.url));
mkdirSync(folder, { recursive: true });
const version = readVersion(values.botocore);
for (const service of serviceNames) {
  const model = readModel(values.botocore, service);
  const constraints = extract(model, service);
  writeFileSync(`${folder}${service}.json`, `${layOut(constraints)}\n`);
}

function readVersion(botocore: string): string {
  const source = readFileSync(join(botocore, "__init__.py"), "utf8");
  return /^__version__ = ['"](.+)['"]/m.exec(source)?.[1] ?? "of unknown version";
}

function readModel(botocore: string, service: ServiceName): PublishedModel {
  const versions = join(botocore, "data", botocoreName(service));
  const latest = readdirSync(versions).toSorted().at(-1)!;
  const file = join(versions, latest, "service-2.json");
  const text = existsSync(file) ? readFileSync(file) : gunzipSync(readFileSync(`${file}.gz`));
  return JSON.parse(text.toString()) as PublishedModel;
}

function extract(
  { metadata, operations, shapes }: PublishedModel,
  service: ServiceName,
): ServiceConstraints {
  const { checks, except = {}, unbounded = {} } = policies[service];
  const wants = (kind: Kind) => checks.has(kind);
  const structures = new Map<string, Record<string, MemberConstraint>>();
  const enums = new Map<string, string[]>();

  const read = (name: string): ValueConstraint => {
    const shape = shapes[name]!;
    const sized = shape.type === "list" || shape.type === "map" || isText(shape);
    const range = {
      ...(shape.min !== undefined && { [sized ? "minLength" : "min"]: shape.min }),
      ...(shape.max !== undefined &&
        unbounded[name] === undefined && { [sized ? "maxLength" : "max"]: shape.max }),
    };
    const choices = shape.enum && wants("enum") ? { enum: name } : undefined;
    if (choices) enums.set(name, shape.enum!);
    const own: ValueConstraint = {
      ...(wants(sized ? "length" : "range") && withoutTrivial(range)),
      ...(shape.pattern !== undefined &&
        !choices &&
        wants("pattern") && { pattern: shape.pattern }),
      ...choices,
      ...(shape.sensitive && { sensitive: true }),
    };
    switch (shape.type) {
      case "list":
        return withNested(own, "item", read(shape.member!.shape));
      case "map":
        return withNested(
          withNested(own, "key", read(shape.key!.shape)),
          "value",
          read(shape.value!.shape),
        );
      case "structure":
        readStructure(name, shape);
        return { structure: name };
      default:
        return own;
    }
  };
  const readStructure = (name: string, shape: PublishedShape) => {
    if (structures.has(name) || except[name] !== undefined) return;
    const members: Record<string, MemberConstraint> = {};
    structures.set(name, members);
    for (const [member, { shape: target }] of Object.entries(shape.members ?? {})) {
      const required = shape.required?.includes(member) && wants("required");
      members[member] = { ...(required && { required: true }), ...read(target) };
    }
  };
  const inputs: Record<string, string> = {};
  for (const [name, { input }] of Object.entries(operations).toSorted(byName)) {
    if (!input) continue;
    read(input.shape);
    inputs[name] = input.shape;
  }
  const kept = prune(structures);
  const used = new Set(JSON.stringify(kept).match(/(?<="enum":")[^"]+/g));
  return {
    source: `botocore ${version}, ${service} ${metadata.apiVersion}`,
    operations: Object.fromEntries(Object.entries(inputs).filter(([, shape]) => kept[shape])),
    structures: kept,
    enums: Object.fromEntries([...enums].filter(([name]) => used.has(name)).toSorted(byName)),
  };
}

function isText({ type }: PublishedShape): boolean {
  return type === "string" || type === "blob";
}

function withoutTrivial<T extends { minLength?: number; min?: number }>(range: T): T {
  if (range.minLength === 0) delete range.minLength;
  return range;
}

function withNested(own: ValueConstraint, at: "item" | "key" | "value", nested: ValueConstraint) {
  return Object.keys(nested).length === 0 ? own : { ...own, [at]: nested };
}

/** Drops what demands nothing, until nothing more can be dropped. */
function prune(
  structures: ReadonlyMap<string, Record<string, MemberConstraint>>,
): Record<string, StructureConstraint> {
  const live = new Set<string>();
  const demands = (constraint: ValueConstraint): boolean => {
    const { structure, item, key, value, sensitive: _, ...facts } = constraint;
    return (
      Object.keys(facts).length > 0 ||
      (structure !== undefined && live.has(structure)) ||
      [item, key, value].some((nested) => nested !== undefined && demands(nested))
    );
  };
  for (let before = -1; before !== live.size;) {
    before = live.size;
    for (const [name, members] of structures)
      if (Object.values(members).some(demands)) live.add(name);
  }
  return Object.fromEntries(
    [...structures]
      .filter(([name]) => live.has(name))
      .toSorted(byName)
      .map(([name, members]) => [
        name,
        Object.fromEntries(Object.entries(members).filter(([, member]) => demands(member))),
      ]),
  );
}

function byName([a]: readonly [string, unknown], [b]: readonly [string, unknown]): number {
  return a < b ? -1 : 1;
}

/** One line per structure and enum, so that a new version of the source shows what changed. */
function layOut({ source, operations, structures, enums }: ServiceConstraints): string {
  const table = (entries: object) =>
    `{\n${Object.entries(entries)
      .map(([name, value]) => `    ${JSON.stringify(name)}: ${JSON.stringify(value)}`)
      .join(",\n")}\n  }`;
  return `{\n  "source": ${JSON.stringify(source)},\n  "operations": ${table(operations)},\n  "structures": ${table(structures)},\n  "enums": ${table(enums)}\n}`;
}
