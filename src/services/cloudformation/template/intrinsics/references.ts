/** Functions that read parameters, mappings, resources and other stacks' exports. */
import type { Scope } from "./scope.ts";
import { readAttribute } from "../references.ts";
import {
  TemplateError,
  asText,
  Unknown,
  isObject,
  type Evaluated,
  type TemplateValue,
} from "../values.ts";

export function ref(argument: TemplateValue, scope: Scope): Evaluated {
  if (typeof argument !== "string")
    throw new TemplateError(
      "Template format error: Every Ref object must have a single String value.",
    );
  if (Object.hasOwn(scope.names, argument)) return scope.names[argument]!;
  const resource = scope.resource(argument);
  if (!resource)
    throw new TemplateError(
      `Template format error: Unresolved resource dependencies [${argument}] in the Resources block of the template`,
    );
  return resource.ref;
}

export function getAtt(argument: TemplateValue, scope: Scope): Evaluated {
  const parts = readAttribute(argument);
  const name = asText(scope.evaluate(parts.name)) ?? "";
  const attribute = scope.evaluate(parts.attribute);
  if (attribute instanceof Unknown) return attribute;
  const resource = scope.resource(name);
  if (!resource)
    throw new TemplateError(
      `Template error: instance of Fn::GetAtt references undefined resource ${name}`,
    );
  const value = resource.attribute(asText(attribute) ?? "");
  if (value === undefined)
    throw new TemplateError(
      `Requested attribute ${asText(attribute) ?? ""} does not exist in schema for ${resource.type}`,
    );
  return value;
}

export function findInMap(argument: TemplateValue, scope: Scope): Evaluated {
  if (!Array.isArray(argument) || argument.length < 3 || argument.length > 4)
    throw new TemplateError(
      "Template error: every Fn::FindInMap object requires three parameters, the map name, map key and the attribute for return value",
    );
  const keys = argument.slice(0, 3).map((part) => scope.evaluate(part as TemplateValue));
  const unknown = keys.find((key) => key instanceof Unknown);
  if (unknown !== undefined) return unknown;
  const [name, first, second] = keys.map((key) => asText(key) ?? "") as [string, string, string];
  const options = argument[3] as TemplateValue | undefined;
  const mapping = Object.hasOwn(scope.mappings, name) ? scope.mappings[name] : undefined;
  const row = isObject(mapping) && Object.hasOwn(mapping, first) ? mapping[first] : undefined;
  const found = isObject(row) && Object.hasOwn(row, second) ? row[second] : undefined;
  if (found !== undefined) return scope.evaluate(found);
  if (isObject(options) && options["DefaultValue"] !== undefined)
    return scope.evaluate(options["DefaultValue"]);
  if (mapping === undefined)
    throw new TemplateError(
      `Template error: Mapping named '${name}' is not present in the 'Mappings' section of template.`,
    );
  throw new TemplateError(`Template error: Unable to get mapping for ${name}::${first}::${second}`);
}

export function importValue(argument: TemplateValue, scope: Scope): Evaluated {
  const name = scope.evaluate(argument);
  if (name instanceof Unknown)
    throw new TemplateError(
      "Template error: the attribute in Fn::ImportValue must not depend on any resources, imported values, or Fn::GetAZs",
    );
  return scope.lookup({ kind: "import", key: asText(name) ?? "" });
}
