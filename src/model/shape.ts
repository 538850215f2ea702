/**
 * Shapes as codecs want them, read from the static schemas of the AWS SDK: arrays whose first
 * element is the kind. What an array's places mean: `StaticSchema` in @smithy/types.
 */

export interface Traits {
  readonly xmlName?: string;
  readonly xmlFlattened?: 1;
  readonly xmlAttribute?: 1;
  /** Prefix ("" for none) and URI. */
  readonly xmlNamespace?: readonly [string, string];
  readonly ec2QueryName?: string;
  readonly jsonName?: string;
  readonly mediaType?: string;
  readonly sparse?: 1;
  readonly sensitive?: 1;
  readonly streaming?: 1;
  readonly idempotencyToken?: 1;
  readonly httpLabel?: 1;
  readonly httpQuery?: string;
  readonly httpQueryParams?: 1;
  readonly httpHeader?: string;
  readonly httpPrefixHeaders?: string;
  readonly httpPayload?: 1;
  readonly httpResponseCode?: 1;
  readonly eventHeader?: 1;
  readonly eventPayload?: 1;
  readonly error?: "client" | "server";
  readonly httpError?: number;
  /** The code in query replies and its HTTP status. */
  readonly awsQueryError?: readonly [string, number];
  /** Method, URI template, status of a success. */
  readonly http?: readonly [string, string, number];
  readonly httpChecksum?: string;
}

export type TimestampFormat = "date-time" | "http-date" | "epoch-seconds";

export type Shape = SimpleShape | ListShape | MapShape | StructureShape;

export interface SimpleShape {
  readonly kind:
    | "string"
    | "number"
    | "boolean"
    | "blob"
    | "streaming-blob"
    | "document"
    | "big-integer"
    | "big-decimal"
    | "timestamp";
  readonly name: string;
  readonly traits: Traits;
  /** Of timestamps that do not follow their protocol's default. */
  readonly format?: TimestampFormat;
}

/** A place that holds a value: a structure's member, a list's item, a map's key or value. */
export interface Member {
  readonly name: string;
  /** What the place says; the shape itself may say more. */
  readonly traits: Traits;
  readonly shape: Shape;
  readonly required: boolean;
}

export interface ListShape {
  readonly kind: "list";
  readonly name: string;
  readonly traits: Traits;
  readonly item: Member;
}

export interface MapShape {
  readonly kind: "map";
  readonly name: string;
  readonly traits: Traits;
  readonly key: Member;
  readonly value: Member;
}

/** A structure, a union (one member is set) or an error. */
export interface StructureShape {
  readonly kind: "structure";
  readonly name: string;
  readonly traits: Traits;
  readonly union: boolean;
  readonly members: readonly Member[];
  /** The operation has nothing here at all. */
  readonly unit: boolean;
}

/** A schema of the SDK, or what leads to one. */
export type SchemaRef = number | string | readonly unknown[] | (() => SchemaRef);

const noTraits: Readonly<Traits> = {};

/** Flags that the SDK packs into a number. */
const packedTraits = [
  "httpLabel",
  "idempotent",
  "idempotencyToken",
  "sensitive",
  "httpPayload",
  "httpResponseCode",
  "httpQueryParams",
] as const;

function traitsOf(packed: unknown): Traits {
  if (typeof packed === "object" && packed !== null) return packed;
  if (typeof packed !== "number" || packed === 0) return noTraits;
  const traits: Record<string, 1> = {};
  for (const [bit, name] of packedTraits.entries()) if ((packed >> bit) & 1) traits[name] = 1;
  return traits;
}

const simpleKinds: Record<number, [SimpleShape["kind"], TimestampFormat?]> = {
  0: ["string"],
  1: ["number"],
  2: ["boolean"],
  4: ["timestamp"],
  5: ["timestamp", "date-time"],
  6: ["timestamp", "http-date"],
  7: ["timestamp", "epoch-seconds"],
  15: ["document"],
  17: ["big-integer"],
  19: ["big-decimal"],
  21: ["blob"],
  42: ["streaming-blob"],
};
const listOf = 64;
const mapOf = 128;

/** Schemas in a file lead to each other by their places in it: "#12". */
export type SchemaTable = readonly (readonly unknown[])[];

/** A reader that gives one Shape per schema, however often and from wherever it is reached. */
export function createShapeReader(table: SchemaTable = []): (ref: SchemaRef) => Shape {
  const known = new Map<unknown, Shape>();

  const read = (ref: SchemaRef): Shape => {
    const schema = dereference(ref, table);
    const present = known.get(schema);
    if (present) return present;
    const shape = build(schema);
    known.set(schema, shape);
    return shape;
  };
  const build = (schema: Exclude<SchemaRef, () => SchemaRef>): Shape => {
    if (schema === "unit") return structure("Unit", noTraits, false, [], [], 0, true);
    if (typeof schema === "number") return buildFromNumber(schema);
    if (typeof schema === "string") throw new Error(`the SDK has a new schema: ${schema}`);
    const [kind, , name, packed] = schema as [number, string, string, unknown];
    const traits = traitsOf(packed);
    switch (kind) {
      case 0: {
        const target = read(schema[4] as SchemaRef);
        return { ...target, name, traits: { ...target.traits, ...traits } };
      }
      case 1:
        return list(name, traits, schema[4] as SchemaRef);
      case 2:
        return map(name, traits, schema[4] as SchemaRef, schema[5] as SchemaRef);
      case 3:
      case -3:
      case 4: {
        const names = schema[4] as string[];
        const refs = schema[5] as SchemaRef[];
        return structure(name, traits, kind === 4, names, refs, (schema[6] as number) ?? 0, false);
      }
      default:
        throw new Error(`the SDK has a new kind of schema: ${kind}`);
    }
  };
  const buildFromNumber = (schema: number): Shape => {
    if (schema >= mapOf) return map("", noTraits, 0, schema - mapOf);
    if (schema >= listOf) return list("", noTraits, schema - listOf);
    const simple = simpleKinds[schema];
    if (!simple) throw new Error(`the SDK has a new simple schema: ${schema}`);
    const [kind, format] = simple;
    return { kind, name: "", traits: noTraits, ...(format && { format }) };
  };
  const list = (name: string, traits: Traits, item: SchemaRef): ListShape => ({
    kind: "list",
    name,
    traits,
    item: member("member", item, false),
  });
  const map = (name: string, traits: Traits, key: SchemaRef, value: SchemaRef): MapShape => ({
    kind: "map",
    name,
    traits,
    key: member("key", key, true),
    value: member("value", value, false),
  });
  const structure = (
    name: string,
    traits: Traits,
    union: boolean,
    names: readonly string[],
    refs: readonly SchemaRef[],
    required: number,
    unit: boolean,
  ): StructureShape => {
    let members: readonly Member[] | undefined;
    return {
      kind: "structure",
      name,
      traits,
      union,
      unit,
      // Shapes may hold themselves, so members are read when they are first asked for.
      get members() {
        members ??= names.map((memberName, index) =>
          member(memberName, refs[index]!, index < required),
        );
        return members;
      },
    };
  };
  const member = (name: string, ref: SchemaRef, required: boolean): Member => {
    let target = ref;
    let traits = noTraits;
    while (Array.isArray(target) && target.length === 2) {
      traits = { ...traitsOf(target[1]), ...traits };
      target = target[0] as SchemaRef;
    }
    let shape: Shape | undefined;
    return {
      name,
      traits,
      required,
      get shape() {
        shape ??= read(target);
        return shape;
      },
    };
  };
  return read;
}

function dereference(ref: SchemaRef, table: SchemaTable): Exclude<SchemaRef, () => SchemaRef> {
  let schema = ref;
  while (typeof schema === "function") schema = schema();
  if (typeof schema === "string" && schema.startsWith("#")) return table[Number(schema.slice(1))]!;
  return schema;
}
