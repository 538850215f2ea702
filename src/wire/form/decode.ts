/** Makes inputs of form trees, for the query protocols. */
import { AwsError } from "#model/error.ts";
import type {
  ListShape,
  MapShape,
  Member,
  Shape,
  SimpleShape,
  StructureShape,
} from "#model/shape.ts";
import { parseTimestamp } from "../timestamp.ts";
import { numbered, type FormNode } from "./tree.ts";

type Decode = (node: FormNode, path: string) => unknown;

export interface FormDialect {
  /** The names by which a structure's member may be called. */
  memberNames(member: Member): readonly string[];
  /** EC2's lists have no level of their own for `member`. */
  readonly flatLists: boolean;
  readonly malformed: (value: string, path: string, wanted: string) => AwsError;
}

export function createFormDecoders(dialect: FormDialect): (shape: Shape) => Decode {
  /** A place's traits decide how its lists and maps are written. */
  const compiled = { flattened: new Map<Shape, Decode>(), nested: new Map<Shape, Decode>() };

  const compile = (shape: Shape, flattened: boolean): Decode => {
    const known = flattened ? compiled.flattened : compiled.nested;
    const present = known.get(shape);
    if (present) return present;
    known.set(shape, (node, path) => known.get(shape)!(node, path));
    const decode = build(shape, flattened);
    known.set(shape, decode);
    return decode;
  };
  const compileMember = (member: Member) =>
    compile(member.shape, Boolean(member.traits.xmlFlattened ?? member.shape.traits.xmlFlattened));
  const build = (shape: Shape, flattened: boolean): Decode => {
    switch (shape.kind) {
      case "list":
        return buildList(shape, flattened);
      case "map":
        return buildMap(shape, flattened);
      case "structure":
        return buildStructure(shape);
      default:
        return buildSimple(shape, dialect);
    }
  };
  const buildList = (shape: ListShape, flattened: boolean): Decode => {
    const decode = compileMember(shape.item);
    const level = shape.item.traits.xmlName ?? shape.item.shape.traits.xmlName ?? "member";
    return (node, path) => {
      // Clients that know an older model may use the general name, or none.
      const holder =
        dialect.flatLists || flattened
          ? node
          : (node.children?.get(level) ?? node.children?.get("member") ?? node);
      return numbered(holder).map((item, index) => decode(item, `${path}.${index + 1}.member`));
    };
  };
  const buildMap = (shape: MapShape, flattened: boolean): Decode => {
    const decodeValue = compileMember(shape.value);
    const keyName = shape.key.traits.xmlName ?? "key";
    const valueName = shape.value.traits.xmlName ?? "value";
    return (node, path) => {
      const holder = flattened ? node : (node.children?.get("entry") ?? node);
      const entries = numbered(holder).map((entry): [string, unknown] => {
        const key = entry.children?.get(keyName)?.value ?? "";
        const value = entry.children?.get(valueName);
        return [key, value ? decodeValue(value, `${path}.${key}`) : undefined];
      });
      return Object.fromEntries(entries.filter(([, value]) => value !== undefined));
    };
  };
  const buildStructure = (shape: StructureShape): Decode => {
    let table: Map<string, [string, Decode]> | undefined;
    const read = () => {
      const names = new Map<string, [string, Decode]>();
      for (const member of shape.members)
        for (const name of dialect.memberNames(member))
          // SQS has two lists that both are AttributeName.1 on the wire; the first means either.
          if (!names.has(name)) names.set(name, [member.name, compileMember(member)]);
      return names;
    };
    return (node, path) => {
      table ??= read();
      const input: Record<string, unknown> = {};
      if (!node.children) return input;
      for (const [label, child] of node.children) {
        const entry = table.get(label);
        if (!entry) continue;
        const value = entry[1](child, path === "" ? label : `${path}.${label}`);
        if (value !== undefined) input[entry[0]] = value;
      }
      return input;
    };
  };
  return (shape) => compile(shape, false);
}

const decimal = /^[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?$/;

function buildSimple(shape: SimpleShape, dialect: FormDialect): Decode {
  const { malformed } = dialect;
  switch (shape.kind) {
    case "number":
      return ({ value }, path) => {
        if (value === undefined || value === "") return undefined;
        if (decimal.test(value)) return Number(value);
        if (value === "NaN" || value === "Infinity" || value === "-Infinity") return Number(value);
        throw malformed(value, path, "number");
      };
    case "big-integer":
      return ({ value }, path) => {
        if (value === undefined) return undefined;
        if (/^-?\d+$/.test(value)) return BigInt(value);
        throw malformed(value, path, "integer");
      };
    case "boolean":
      return ({ value }, path) => {
        if (value === undefined || value === "") return undefined;
        const lower = value.toLowerCase();
        if (lower === "true" || value === "1") return true;
        if (lower === "false" || value === "0") return false;
        throw malformed(value, path, "boolean");
      };
    case "timestamp":
      return ({ value }, path) => {
        if (value === undefined || value === "") return undefined;
        const date = parseTimestamp(value);
        if (date) return date;
        throw malformed(value, path, "timestamp");
      };
    case "blob":
    case "streaming-blob":
      return ({ value }) =>
        value === undefined ? undefined : new Uint8Array(Buffer.from(value, "base64"));
    default:
      return ({ value }) => value;
  }
}
