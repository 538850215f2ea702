/** Writes outputs as XML, for the query protocols and rest-xml. */
import type {
  ListShape,
  MapShape,
  Member,
  Shape,
  SimpleShape,
  StructureShape,
  Traits,
} from "#model/shape.ts";
import { formatTimestamp } from "../timestamp.ts";
import { escapeXml } from "./text.ts";

type Write = (value: unknown) => string;

/** The members of a structure: attributes of its element, and what stands inside it. */
export interface Content {
  attributes: string;
  inner: string;
}

export interface XmlDialect {
  /** How times are written that follow the protocol's default. */
  readonly timestamps: "date-time" | "date-time-millis";
  /** Members that travel elsewhere, such as in headers. */
  skips(member: Member): boolean;
}

export interface XmlEncoders {
  content(shape: StructureShape): (value: unknown) => Content;
  /** A whole element. */
  element(name: string, shape: Shape, traits: Traits): Write;
}

export function createXmlEncoders(dialect: XmlDialect): XmlEncoders {
  const contents = new Map<StructureShape, (value: unknown) => Content>();

  const content = (shape: StructureShape): ((value: unknown) => Content) => {
    const present = contents.get(shape);
    if (present) return present;
    let parts: { attributes: MemberWriter[]; elements: MemberWriter[] } | undefined;
    const write = (value: unknown): Content => {
      parts ??= compileMembers(shape);
      const source = value as Record<string, unknown>;
      return { attributes: run(parts.attributes, source), inner: run(parts.elements, source) };
    };
    contents.set(shape, write);
    return write;
  };
  const compileMembers = (shape: StructureShape) => {
    const attributes: MemberWriter[] = [];
    const elements: MemberWriter[] = [];
    for (const member of shape.members) {
      if (dialect.skips(member)) continue;
      const name = member.traits.xmlName ?? member.name;
      if (member.traits.xmlAttribute) {
        const write = simple(member.shape as SimpleShape);
        attributes.push([member.name, (value) => ` ${name}="${write(value)}"`]);
      } else
        elements.push([
          member.name,
          element(name, member.shape, { ...member.shape.traits, ...member.traits }),
        ]);
    }
    return { attributes, elements };
  };
  const element = (name: string, shape: Shape, traits: Traits): Write => {
    const open = `<${name}${namespace(traits)}`;
    const close = `</${name}>`;
    switch (shape.kind) {
      case "structure": {
        const write = content(shape);
        return (value) => {
          const { attributes, inner } = write(value);
          return inner === "" ? `${open}${attributes}/>` : `${open}${attributes}>${inner}${close}`;
        };
      }
      case "list":
        return traits.xmlFlattened
          ? listItems(shape, name)
          : wrapped(open, close, listItems(shape, itemName(shape)));
      case "map":
        return traits.xmlFlattened
          ? mapEntries(shape, name)
          : wrapped(open, close, mapEntries(shape, "entry"));
      default: {
        const write = simple(shape);
        return (value) => `${open}>${write(value)}${close}`;
      }
    }
  };
  const listItems = (shape: ListShape, name: string): Write => {
    let write: Write | undefined;
    return (value) => {
      write ??= element(name, shape.item.shape, { ...shape.item.traits, xmlFlattened: undefined });
      let text = "";
      for (const item of value as Iterable<unknown>)
        if (item !== undefined && item !== null) text += write(item);
      return text;
    };
  };
  const mapEntries = (shape: MapShape, name: string): Write => {
    const keyName = shape.key.traits.xmlName ?? "key";
    const valueName = shape.value.traits.xmlName ?? "value";
    let write: Write | undefined;
    return (value) => {
      write ??= element(valueName, shape.value.shape, shape.value.traits);
      let text = "";
      for (const [key, item] of Object.entries(value as Record<string, unknown>)) {
        if (item === undefined || item === null) continue;
        text += `<${name}><${keyName}>${escapeXml(key)}</${keyName}>${write(item)}</${name}>`;
      }
      return text;
    };
  };
  const simple = (shape: SimpleShape): Write => {
    switch (shape.kind) {
      case "string":
        return (value) => escapeXml(String(value));
      case "timestamp": {
        const format = shape.format ?? dialect.timestamps;
        return (value) => formatTimestamp(value as Date, format);
      }
      case "blob":
      case "streaming-blob":
        return encodeBase64;
      default:
        return String;
    }
  };
  return { content, element };
}

type MemberWriter = [name: string, write: Write];

function run(writers: readonly MemberWriter[], source: Record<string, unknown>): string {
  let text = "";
  for (const [name, write] of writers) {
    const value = source[name];
    if (value !== undefined && value !== null) text += write(value);
  }
  return text;
}

function itemName(shape: ListShape): string {
  return shape.item.traits.xmlName ?? "member";
}

function wrapped(open: string, close: string, write: Write): Write {
  return (value) => {
    const inner = write(value);
    return inner === "" ? `${open}/>` : `${open}>${inner}${close}`;
  };
}

function namespace({ xmlNamespace }: Traits): string {
  if (!xmlNamespace) return "";
  const [prefix, uri] = xmlNamespace;
  return prefix ? ` xmlns:${prefix}="${escapeXml(uri)}"` : ` xmlns="${escapeXml(uri)}"`;
}

function encodeBase64(value: unknown): string {
  if (typeof value === "string") return Buffer.from(value).toString("base64");
  const { buffer, byteOffset, byteLength } = value as Uint8Array;
  return Buffer.from(buffer, byteOffset, byteLength).toString("base64");
}
