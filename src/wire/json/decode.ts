/**
 * Checks and completes values that JSON.parse made, in place: members that AWS does not know are
 * dropped, times and blobs become Date and bytes. What is right already is only looked at, not written.
 */
import { AwsError } from "#model/error.ts";
import type { ListShape, MapShape, Member, Shape, StructureShape } from "#model/shape.ts";
import { dateOfSeconds, parseTimestamp } from "../timestamp.ts";

export type Decode = (value: unknown) => unknown;

export interface JsonDialect {
  /** REST services rename members by jsonName; RPC services do not. */
  readonly jsonName: boolean;
  /** CBOR has times and bytes of its own. */
  readonly binary: boolean;
}

/** 400 SerializationException, with AWS's words for what was found where something else belongs. */
export function serializationError(message: string): AwsError {
  return new AwsError({ code: "SerializationException", status: 400, message });
}

/** A compiler that shares its decoders between all shapes it is given. */
export function createJsonDecoders(dialect: JsonDialect): (shape: Shape) => Decode {
  const compiled = new Map<Shape, Decode>();

  const compile = (shape: Shape): Decode => {
    const present = compiled.get(shape);
    if (present) return present;
    // A shape that holds itself finds this; by the time it runs the real one is there.
    compiled.set(shape, (value) => compiled.get(shape)!(value));
    const decode = build(shape);
    compiled.set(shape, decode);
    return decode;
  };
  const build = (shape: Shape): Decode => {
    switch (shape.kind) {
      case "string":
        return decodeString;
      case "number":
        return decodeNumber;
      case "boolean":
        return decodeBoolean;
      case "timestamp":
        return dialect.binary ? expectDate : decodeTimestamp;
      case "blob":
      case "streaming-blob":
        return dialect.binary ? expectBytes : decodeBlob;
      case "big-integer":
      case "big-decimal":
      case "document":
        return (value) => value;
      case "list":
        return buildList(shape);
      case "map":
        return buildMap(shape);
      case "structure":
        return buildStructure(shape);
    }
  };
  const buildList = (shape: ListShape): Decode => {
    const decode = compile(shape.item.shape);
    const sparse = isSparse(shape, shape.item);
    return (value) => {
      if (!Array.isArray(value)) throw unexpected(value, "list");
      let nulls = false;
      for (let index = 0; index < value.length; index++) {
        const item: unknown = value[index];
        if (item === null) {
          nulls = true;
          continue;
        }
        const decoded = decode(item);
        if (decoded !== item) value[index] = decoded;
      }
      return nulls && !sparse ? value.filter((item) => item !== null) : value;
    };
  };
  const buildMap = (shape: MapShape): Decode => {
    const decode = compile(shape.value.shape);
    const sparse = isSparse(shape, shape.value);
    return (value) => {
      if (!isRecord(value)) throw unexpected(value, "map");
      for (const key in value) {
        const item = value[key];
        if (item === null) {
          if (!sparse) delete value[key];
          continue;
        }
        const decoded = decode(item);
        if (decoded !== item) value[key] = decoded;
      }
      return value;
    };
  };
  const buildStructure = (shape: StructureShape): Decode => {
    let table: Map<string, [string, Decode]> | undefined;
    const read = () =>
      new Map(
        shape.members.map((member): [string, [string, Decode]] => [
          (dialect.jsonName ? member.traits.jsonName : undefined) ?? member.name,
          [member.name, compile(member.shape)],
        ]),
      );
    return (value) => {
      if (!isRecord(value)) throw unexpected(value, "structure");
      table ??= read();
      for (const key in value) {
        const entry = table.get(key);
        const item = value[key];
        if (entry === undefined || item === null) {
          delete value[key];
          continue;
        }
        const [name, decode] = entry;
        const decoded = decode(item);
        if (name !== key) delete value[key];
        else if (decoded === item) continue;
        value[name] = decoded;
      }
      return value;
    };
  };
  return compile;
}

function isSparse(shape: ListShape | MapShape, member: Member): boolean {
  return Boolean(shape.traits.sparse ?? member.traits.sparse);
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return (
    typeof value === "object" &&
    value !== null &&
    !Array.isArray(value) &&
    !(value instanceof Uint8Array) &&
    !(value instanceof Date)
  );
}

const decodeString: Decode = (value) => {
  if (typeof value === "string") return value;
  throw unexpected(value, "String");
};

const decodeBoolean: Decode = (value) => {
  if (typeof value === "boolean") return value;
  throw unexpected(value, "Boolean");
};

const decodeNumber: Decode = (value) => {
  if (typeof value === "number") return value;
  if (typeof value === "bigint") return Number(value);
  if (value === "NaN" || value === "Infinity" || value === "-Infinity") return Number(value);
  throw unexpected(value, "Integer");
};

const decodeTimestamp: Decode = (value) => {
  const date =
    typeof value === "number"
      ? dateOfSeconds(value)
      : typeof value === "string"
        ? parseTimestamp(value)
        : undefined;
  if (date) return date;
  throw unexpected(value, "Timestamp");
};

const base64 = /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}(?:==)?|[A-Za-z0-9+/]{3}=?)?$/;

const decodeBlob: Decode = (value) => {
  if (typeof value !== "string") throw unexpected(value, "Blob");
  if (!base64.test(value)) throw serializationError("Invalid Base64 data in payload");
  return new Uint8Array(Buffer.from(value, "base64"));
};

const expectDate: Decode = (value) => {
  if (value instanceof Date) return value;
  return decodeTimestamp(value);
};

const expectBytes: Decode = (value) => {
  if (value instanceof Uint8Array) return value;
  throw unexpected(value, "Blob");
};

/** The words of AWS's Java services, as DynamoDB and SQS answer. */
function unexpected(value: unknown, wanted: string): AwsError {
  const collection = wanted === "structure" || wanted === "map" || wanted === "list";
  if (Array.isArray(value)) {
    if (collection) return serializationError("Start of list found where not expected");
    return serializationError(`Unrecognized collection type class java.lang.${wanted}`);
  }
  if (typeof value === "object")
    return serializationError("Start of structure or map found where not expected");
  if (wanted === "list") return serializationError("Unexpected field type");
  if (collection) return serializationError("Unexpected value type in payload");
  const found =
    typeof value === "boolean"
      ? `${String(value).toUpperCase()}_VALUE`
      : typeof value === "string"
        ? "STRING_VALUE"
        : Number.isInteger(value)
          ? "NUMBER_VALUE"
          : "DECIMAL_VALUE";
  return serializationError(`${found} cannot be converted to ${wanted}`);
}

/** Reads a whole body; an empty one stands for a structure without members. */
export function parseJson(bytes: Buffer, decode: Decode): unknown {
  if (bytes.length === 0) return decode({});
  let value: unknown;
  try {
    value = JSON.parse(bytes.toString("utf8"));
  } catch {
    throw serializationError("Unable to parse the request as JSON");
  }
  return runDecode(decode, value);
}

/** Nesting that outruns the stack is the client's mistake, not ours. */
export function runDecode(decode: Decode, value: unknown): unknown {
  try {
    return decode(value);
  } catch (error) {
    if (error instanceof RangeError) throw serializationError("The input is nested too deeply");
    throw error;
  }
}
