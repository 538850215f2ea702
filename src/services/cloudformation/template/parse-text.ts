/** Template text, JSON or YAML with CloudFormation's short tags, as plain values. */
import {
  LineCounter,
  parseDocument,
  visit,
  type Document,
  type ScalarTag,
  type CollectionTag,
} from "yaml";
import { TemplateError, isObject, type TemplateObject, type TemplateValue } from "./values.ts";

/**
 * Reads a template. Text that starts with a brace is JSON. Throws TemplateError with the position of what is wrong.
 * https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/template-formats.html
 */
export function parseText(text: string): TemplateObject {
  const value = text.trimStart().startsWith("{") ? parseJson(text) : parseYaml(text);
  if (!isObject(value)) throw new TemplateError("Template format error: unsupported structure.");
  refuseNulls(value, "");
  return value;
}

function parseJson(text: string): TemplateValue {
  try {
    return JSON.parse(text) as TemplateValue;
  } catch {
    // Braces also open YAML's flow mappings, which hold tags and unquoted words.
    const document = read(text, new LineCounter());
    if (document.errors.length === 0 && /![A-Z]/.test(text)) return toValue(document);
    const before = text.slice(0, faultOffset(text)).split("\n");
    throw new TemplateError(
      `Template format error: JSON not well-formed. (line ${before.length}, column ${before.at(-1)!.length + 1})`,
    );
  }
}

/** Where JSON goes wrong: behind the longest beginning that could still become JSON. */
function faultOffset(text: string): number {
  let low = 0;
  let high = text.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (isHopeless(text.slice(0, middle + 1))) high = middle;
    else low = middle + 1;
  }
  return low;
}

function isHopeless(start: string): boolean {
  try {
    JSON.parse(start);
    return false;
  } catch (error) {
    const message = String(error);
    const position = /at position (\d+)/.exec(message)?.[1];
    const ended = /end of JSON input|Unterminated/.test(message);
    return !ended && Number(position ?? -1) !== start.length;
  }
}

function parseYaml(text: string): TemplateValue {
  const document = read(text, new LineCounter());
  const [error] = document.errors;
  if (error) {
    const [start] = error.linePos ?? [{ line: 1, col: 1 }];
    throw new TemplateError(
      `Template format error: YAML not well-formed. (line ${start.line}, column ${start.col})`,
    );
  }
  return toValue(document);
}

function read(text: string, lineCounter: LineCounter): Document.Parsed {
  return parseDocument(text, { schema: "failsafe", customTags, lineCounter, logLevel: "error" });
}

function toValue(document: Document.Parsed): TemplateValue {
  refuseUnknownTags(document);
  // An alias that stands for more than the limit's worth of nodes is an attack, not a template.
  return document.toJS({ json: true, maxAliasCount: 1000 }) as TemplateValue;
}

function refuseUnknownTags(document: Document.Parsed): void {
  visit(document, {
    Node(_key, node) {
      const tag = (node as { tag?: string }).tag;
      if (tag?.startsWith("!") && !shortForms.has(tag.slice(1)))
        throw new TemplateError(`Template format error: Unsupported tag: ${tag}`);
    },
  });
}

/** Short tags and the functions they stand for. */
const shortForms = new Map(
  [
    "And",
    "Base64",
    "Cidr",
    "Equals",
    "FindInMap",
    "GetAtt",
    "GetAZs",
    "If",
    "ImportValue",
    "Join",
    "Length",
    "Not",
    "Or",
    "Select",
    "Split",
    "Sub",
    "ToJsonString",
    "Transform",
    "Contains",
    "EachMemberEquals",
    "EachMemberIn",
    "RefAll",
    "ValueOf",
    "ValueOfAll",
  ].map((name): [string, string] => [name, `Fn::${name}`]),
)
  .set("Ref", "Ref")
  .set("Condition", "Condition");

type Wrapped = { [key: string]: unknown };

function shortTags(): (ScalarTag | CollectionTag)[] {
  return [...shortForms].flatMap(([short, name]): (ScalarTag | CollectionTag)[] => [
    {
      tag: `!${short}`,
      resolve: (text: string): Wrapped => ({
        [name]: name === "Fn::GetAtt" ? splitAttribute(text) : text,
      }),
    },
    {
      tag: `!${short}`,
      collection: "seq",
      createNode: undefined,
      resolve: (node) => wrap(name, node),
    },
    {
      tag: `!${short}`,
      collection: "map",
      createNode: undefined,
      resolve: (node) => wrap(name, node),
    },
  ]);
}

/** "Name.Outputs.Url" names the attribute Outputs.Url of Name. */
function splitAttribute(text: string): string[] {
  const dot = text.indexOf(".");
  return dot < 0 ? [text] : [text.slice(0, dot), text.slice(dot + 1)];
}

function wrap(name: string, node: { toJSON(): unknown; tag?: string }): unknown {
  return { toJSON: (_argument: unknown, context: unknown) => ({ [name]: toJs(node, context) }) };
}

function toJs(node: { toJSON(): unknown }, context: unknown): unknown {
  return (node.toJSON as (argument: unknown, context: unknown) => unknown)("", context);
}

/**
 * Plain scalars: true and false, null, and numbers that are written as a number prints itself. Everything
 * else stays the text it is: dates, 0123, 1.10, 1e3 and yes, so that a string property gets what was written.
 */
const plainScalars: ScalarTag[] = [
  {
    tag: "tag:yaml.org,2002:null",
    default: true,
    test: /^(?:~|null|Null|NULL)?$/,
    resolve: () => null,
  },
  {
    tag: "tag:yaml.org,2002:bool",
    default: true,
    test: /^(?:true|True|TRUE|false|False|FALSE)$/,
    resolve: (text) => text.toLowerCase() === "true",
  },
  {
    tag: "tag:yaml.org,2002:float",
    default: true,
    test: /^-?(?:0|[1-9]\d{0,14})(?:\.\d*[1-9])?$/,
    resolve: Number,
  },
];

const customTags = (tags: unknown[]) => [...plainScalars, ...tags, ...shortTags()] as ScalarTag[];

function refuseNulls(value: TemplateValue, path: string): void {
  if (value === null)
    throw new TemplateError(
      `Template format error: [${path}] 'null' values are not allowed in templates`,
    );
  if (Array.isArray(value)) value.forEach((item, index) => refuseNulls(item, `${path}/${index}`));
  else if (isObject(value))
    for (const [key, item] of Object.entries(value)) refuseNulls(item, `${path}/${key}`);
}
