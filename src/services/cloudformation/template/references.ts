/** Which names a template's values mention, whatever the conditions turn out to be. */
import { TemplateError, asIntrinsic, isObject, type TemplateValue } from "./values.ts";

export interface Reference {
  kind: "ref" | "attribute" | "condition";
  name: string;
  /** Of an attribute; undefined when it is itself worked out. */
  attribute?: string;
}

const variable = /\$\{([^!${}][^${}]*)\}/g;

/** The names inside `${…}` of Fn::Sub's text, without those that are escaped as `${!…}`. */
function substitutions(text: string): string[] {
  return [...text.matchAll(variable)].map((match) => match[1]!.trim());
}

/** Calls back for every Ref, GetAtt, Sub variable and named condition inside a value. */
export function visitReferences(value: TemplateValue, visit: (reference: Reference) => void): void {
  if (Array.isArray(value)) {
    for (const item of value) visitReferences(item, visit);
    return;
  }
  if (!isObject(value)) return;
  const intrinsic = asIntrinsic(value);
  if (intrinsic) visitIntrinsic(intrinsic.name, intrinsic.argument, visit);
  else for (const item of Object.values(value)) visitReferences(item, visit);
}

function visitIntrinsic(
  name: string,
  argument: TemplateValue,
  visit: (reference: Reference) => void,
): void {
  if (name === "Ref" && typeof argument === "string") return visit({ kind: "ref", name: argument });
  if (name === "Condition" && typeof argument === "string")
    return visit({ kind: "condition", name: argument });
  if (name === "Fn::GetAtt") return visitAttribute(argument, visit);
  if (name === "Fn::Sub") return visitSub(argument, visit);
  if (name === "Fn::If" && Array.isArray(argument) && typeof argument[0] === "string") {
    visit({ kind: "condition", name: argument[0] });
    return visitReferences(argument.slice(1), visit);
  }
  visitReferences(argument, visit);
}

function visitAttribute(argument: TemplateValue, visit: (reference: Reference) => void): void {
  const parts = readAttribute(argument);
  const { name, attribute } = parts;
  if (typeof name !== "string") return visitReferences(name, visit);
  if (typeof attribute === "string") visit({ kind: "attribute", name, attribute });
  else {
    visit({ kind: "attribute", name });
    visitReferences(attribute, visit);
  }
}

/** The two halves of Fn::GetAtt's argument, written as a list or with a dot. */
export function readAttribute(argument: TemplateValue): {
  name: TemplateValue;
  attribute: TemplateValue;
} {
  const parts = typeof argument === "string" ? splitOnce(argument) : argument;
  if (!Array.isArray(parts) || parts.length < 2)
    throw new TemplateError(
      "Template error: every Fn::GetAtt object requires two non-empty parameters, the resource name and the resource attribute",
    );
  const [name, ...rest] = parts as [TemplateValue, ...TemplateValue[]];
  const dotted = rest.length > 1 && rest.every((part) => typeof part === "string");
  return { name, attribute: dotted ? rest.join(".") : rest[0]! };
}

function splitOnce(text: string): string[] {
  const dot = text.indexOf(".");
  return dot < 0 ? [text] : [text.slice(0, dot), text.slice(dot + 1)];
}

function visitSub(argument: TemplateValue, visit: (reference: Reference) => void): void {
  const [text, values] = Array.isArray(argument) ? argument : [argument, {}];
  const own = isObject(values) ? values : {};
  visitReferences(Object.values(own), visit);
  if (typeof text !== "string") return;
  for (const name of substitutions(text)) {
    if (name in own) continue;
    const dot = name.indexOf(".");
    if (dot < 0) visit({ kind: "ref", name });
    else visit({ kind: "attribute", name: name.slice(0, dot), attribute: name.slice(dot + 1) });
  }
}
