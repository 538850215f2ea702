/** Makes inputs of XML trees, for rest-xml. */
import type {
  ListShape,
  MapShape,
  Member,
  Shape,
  SimpleShape,
  StructureShape,
} from "#model/shape.ts";
import type { Malformed } from "../rest/text-value.ts";
import { createTextReader } from "../rest/text-value.ts";
import { attributePrefix, childrenOf, textOf, type XmlNode } from "./parse.ts";

/** A list or map that is flattened has one node per item beside its siblings, hence several. */
type Decode = (nodes: readonly XmlNode[], name: string) => unknown;

export function createXmlDecoders(malformed: Malformed): (shape: Shape) => Decode {
  const compiled = new Map<Shape, Decode>();
  const compiledFlat = new Map<Shape, Decode>();

  const compile = (shape: Shape, flattened: boolean): Decode => {
    const known = flattened ? compiledFlat : compiled;
    const present = known.get(shape);
    if (present) return present;
    known.set(shape, (nodes, name) => known.get(shape)!(nodes, name));
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
        return buildSimple(shape);
    }
  };
  const buildList = (shape: ListShape, flattened: boolean): Decode => {
    const decode = compileMember(shape.item);
    const itemName = shape.item.traits.xmlName ?? "member";
    return (nodes, name) => {
      const items = flattened ? nodes : nodes.flatMap((node) => childrenOf(node, itemName));
      return items.map((item) => decode([item], name));
    };
  };
  const buildMap = (shape: MapShape, flattened: boolean): Decode => {
    const decode = compileMember(shape.value);
    const keyName = shape.key.traits.xmlName ?? "key";
    const valueName = shape.value.traits.xmlName ?? "value";
    return (nodes, name) => {
      const entries = flattened ? nodes : nodes.flatMap((node) => childrenOf(node, "entry"));
      return Object.fromEntries(
        entries.map((entry) => [
          textOf(childrenOf(entry, keyName)[0] ?? ""),
          decode(childrenOf(entry, valueName), name),
        ]),
      );
    };
  };
  const buildStructure = (shape: StructureShape): Decode => {
    let table: [string, string, Decode][] | undefined;
    const read = () =>
      shape.members.map((member): [string, string, Decode] => {
        const name = member.traits.xmlName ?? member.name;
        return [
          member.traits.xmlAttribute ? `${attributePrefix}${name}` : name,
          member.name,
          compileMember(member),
        ];
      });
    return ([node = ""]) => {
      table ??= read();
      const input: Record<string, unknown> = {};
      for (const [name, member, decode] of table) {
        const children = childrenOf(node, name);
        if (children.length > 0) input[member] = decode(children, name);
      }
      return input;
    };
  };
  const buildSimple = (shape: SimpleShape): Decode => {
    const read = createTextReader(shape, {}, malformed, false);
    // Only strings may be padded on purpose.
    if (shape.kind === "string") return ([node = ""]) => textOf(node);
    return ([node = ""], name) => read(textOf(node).trim(), name);
  };
  return (shape) => compile(shape, false);
}
