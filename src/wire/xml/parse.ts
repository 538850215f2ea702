/** XML bodies as trees of plain objects. */

/** Text of an element without attributes and children; otherwise its parts by name. */
export type XmlNode = string | { readonly [name: string]: XmlNode | readonly XmlNode[] };

export const attributePrefix = "@";
const textName = "#text";

/** The root element; undefined when the text is not well-formed. */
export type ParseXml = (text: string) => XmlNode | undefined;

let parse: ParseXml | undefined;

/** The parser once it is loaded. Most processes never read a line of XML, and it is slow to load. */
export function loadedXmlParser(): ParseXml | undefined {
  return parse;
}

export async function loadXmlParser(): Promise<ParseXml> {
  const { XMLParser, XMLValidator } = await import("fast-xml-parser");
  const parser = new XMLParser({
    ignoreAttributes: false,
    attributeNamePrefix: attributePrefix,
    ignoreDeclaration: true,
    ignorePiTags: true,
    parseTagValue: false,
    parseAttributeValue: false,
    trimValues: false,
    textNodeName: textName,
  });
  parse = (text) => {
    if (XMLValidator.validate(text) !== true) return undefined;
    try {
      const document = parser.parse(text) as Record<string, XmlNode>;
      const root = Object.entries(document).find(([name]) => name !== textName);
      return root?.[1] ?? "";
    } catch {
      return undefined;
    }
  };
  return parse;
}

export function textOf(node: XmlNode): string {
  if (typeof node === "string") return node;
  const text = node[textName];
  return typeof text === "string" ? text : "";
}

/** The children of that name, one or many. */
export function childrenOf(node: XmlNode, name: string): readonly XmlNode[] {
  if (typeof node === "string") return [];
  const found = Object.hasOwn(node, name) ? node[name] : undefined;
  if (found === undefined) return [];
  return Array.isArray(found) ? (found as readonly XmlNode[]) : [found as XmlNode];
}
