/**
 * Makes outputs ready for JSON.stringify: known members only, times and blobs in their JSON forms.
 * What is JSON already is handed on as it is, and copied only from where something differs.
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
    return (value) => {
      const list = value as unknown[];
      let copy: unknown[] | undefined;
      for (let index = 0; index < list.length; index++) {
        const item = list[index];
        const encoded = item === null || item === undefined ? null : encode(item);
        if (encoded !== item) (copy ??= list.slice())[index] = encoded;
      }
      return copy ?? list;
    };
  };
  const buildMap = (shape: MapShape): Encode => {
    const encode = compile(shape.value.shape);
    if (!encode) return undefined;
    return (value) => {
      const map = value as Record<string, unknown>;
      let copy: Record<string, unknown> | undefined;
      for (const key in map) {
        const item = map[key];
        const encoded = item === null || item === undefined ? item : encode(item);
        if (item === undefined || encoded !== item)
          copy ??= membersBefore(key, map, Object.create(null) as Record<string, unknown>);
        if (copy && item !== undefined) copy[key] = encoded;
      }
      return copy ?? map;
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
      let copy: Record<string, unknown> | undefined;
      for (const name in source) {
        const item = source[name];
        const entry = item === null || item === undefined ? undefined : table.get(name);
        if (entry === undefined) {
          copy ??= membersBefore(name, source, {});
          continue;
        }
        const [key, encode] = entry;
        const encoded = encode === undefined ? item : encode(item);
        if (encoded !== item || key !== name) copy ??= membersBefore(name, source, {});
        if (copy) copy[key] = encoded;
      }
      return copy ?? source;
    };
  };
  return compile;
}

function membersBefore(
  end: string,
  source: Record<string, unknown>,
  target: Record<string, unknown>,
): Record<string, unknown> {
  for (const name in source) {
    if (name === end) break;
    target[name] = source[name];
  }
  return target;
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
