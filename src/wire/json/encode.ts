/**
 * Makes outputs ready for JSON.stringify: known members only, times and blobs in their JSON forms.
 * Shapes whose values are JSON already are handed on as they are.
 */
import type { ListShape, MapShape, Shape, SimpleShape, StructureShape } from "#model/shape.ts";
import { formatTimestamp } from "../timestamp.ts";
import type { JsonDialect } from "./decode.ts";

/** Undefined stands for "as it is". */
export type Encode = ((value: unknown) => unknown) | undefined;

export function createJsonEncoders(dialect: JsonDialect): (shape: Shape) => Encode {
  const compiled = new Map<Shape, Encode>();

  const compile = (shape: Shape): Encode => {
    if (compiled.has(shape)) return compiled.get(shape);
    compiled.set(shape, (value) => {
      const encode = compiled.get(shape);
      return encode ? encode(value) : value;
    });
    const encode = build(shape);
    compiled.set(shape, encode);
    return encode;
  };
  const build = (shape: Shape): Encode => {
    switch (shape.kind) {
      case "list":
        return buildList(shape);
      case "map":
        return buildMap(shape);
      case "structure":
        return buildStructure(shape);
      default:
        return dialect.binary ? undefined : buildSimple(shape);
    }
  };
  const buildList = (shape: ListShape): Encode => {
    const encode = compile(shape.item.shape);
    if (!encode) return undefined;
    return (value) =>
      (value as unknown[]).map((item) =>
        item === null || item === undefined ? null : encode(item),
      );
  };
  const buildMap = (shape: MapShape): Encode => {
    const encode = compile(shape.value.shape);
    if (!encode) return undefined;
    return (value) => {
      const encoded: Record<string, unknown> = Object.create(null) as Record<string, unknown>;
      for (const [key, item] of Object.entries(value as Record<string, unknown>))
        if (item !== undefined) encoded[key] = item === null ? null : encode(item);
      return encoded;
    };
  };
  const buildStructure = (shape: StructureShape): Encode => {
    let table: Map<string, [string, Encode]> | undefined;
    const read = () =>
      new Map(
        shape.members.map((member): [string, [string, Encode]] => [
          member.name,
          [
            (dialect.jsonName ? member.traits.jsonName : undefined) ?? member.name,
            compile(member.shape),
          ],
        ]),
      );
    return (value) => {
      table ??= read();
      const source = value as Record<string, unknown>;
      const encoded: Record<string, unknown> = {};
      for (const name in source) {
        const item = source[name];
        if (item === undefined || item === null) continue;
        const entry = table.get(name);
        if (entry === undefined) continue;
        const encode = entry[1];
        encoded[entry[0]] = encode === undefined ? item : encode(item);
      }
      return encoded;
    };
  };
  return compile;
}

function buildSimple(shape: SimpleShape): Encode {
  switch (shape.kind) {
    case "timestamp": {
      const format = shape.format ?? "epoch-seconds";
      if (format === "epoch-seconds") return (value) => (value as Date).getTime() / 1000;
      return (value) => formatTimestamp(value as Date, format);
    }
    case "blob":
    case "streaming-blob":
      return encodeBase64;
    case "number":
      return (value) => (Number.isFinite(value) ? value : String(value));
    case "big-integer":
      return (value) => Number(value);
    case "big-decimal":
      return (value) => Number(String(value));
    default:
      return undefined;
  }
}

function encodeBase64(value: unknown): string {
  if (typeof value === "string") return Buffer.from(value).toString("base64");
  const { buffer, byteOffset, byteLength } = value as Uint8Array;
  return Buffer.from(buffer, byteOffset, byteLength).toString("base64");
}
