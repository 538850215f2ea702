/** Values for a document's parameters, and their places in it. https://docs.aws.amazon.com/systems-manager/latest/userguide/documents-syntax-data-elements-parameters.html */
import { invalidParameters } from "../errors.ts";
import type { ParameterDeclaration } from "./content.ts";

/** By name; StringList and MapList are lists. */
export type Values = Record<string, unknown>;

/** Those given in a request, then the defaults. Throws InvalidParameters for what the document does not allow. */
export function valuesFor(
  declarations: readonly ParameterDeclaration[],
  given: Readonly<Record<string, readonly string[]>>,
  documentName: string,
): Values {
  const unknown = Object.keys(given).find((key) => !declarations.some(({ name }) => name === key));
  if (unknown !== undefined)
    throw invalidParameters(
      `document ${documentName} does not support parameters. Parameter ${unknown} is not one of them.`,
    );
  return Object.fromEntries(
    declarations.map((declaration) => {
      const { name } = declaration;
      const value =
        given[name] === undefined ? declaration.default : read(declaration, given[name]);
      if (value === undefined)
        throw invalidParameters(`document ${documentName} needs the parameter ${name}.`);
      // A default was judged when the document was made.
      if (given[name] !== undefined) check(declaration, value);
      return [name, value];
    }),
  );
}

function read({ name, type }: ParameterDeclaration, given: readonly string[]): unknown {
  if (type === "StringList") return [...given];
  const [text = "", ...more] = given;
  if (type === "MapList") return given.map((one) => json(name, one));
  if (more.length > 0) throw invalidParameters(`Parameter ${name} takes one value, not a list.`);
  if (type === "StringMap") return json(name, text);
  if (type === "Integer") {
    if (!/^-?\d+$/.test(text)) throw invalidParameters(`Parameter ${name} must be an integer.`);
    return Number(text);
  }
  if (type === "Boolean") {
    if (!/^(true|false)$/i.test(text))
      throw invalidParameters(`Parameter ${name} must be true or false.`);
    return text.toLowerCase() === "true";
  }
  return text;
}

function json(name: string, text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw invalidParameters(`Parameter ${name} must be JSON.`);
  }
}

function check(declaration: ParameterDeclaration, value: unknown): void {
  const { name, allowedValues, allowedPattern, minItems, maxItems, minChars, maxChars } =
    declaration;
  const texts = (Array.isArray(value) ? value : [value]).map(textOf);
  for (const text of texts) {
    if (allowedValues && !allowedValues.some((one) => textOf(one) === text))
      throw invalidParameters(
        `Parameter ${name} must be one of ${allowedValues.map(textOf).join(", ")}, not ${text}.`,
      );
    if (allowedPattern !== undefined && !new RegExp(allowedPattern).test(text))
      throw invalidParameters(
        `Parameter ${name} doesn't match the pattern ${allowedPattern}: ${text}`,
      );
    if (text.length < (minChars ?? 0) || text.length > (maxChars ?? Number.POSITIVE_INFINITY))
      throw invalidParameters(
        `Parameter ${name} must have between ${minChars ?? 0} and ${maxChars ?? "any number of"} characters.`,
      );
  }
  if (texts.length < (minItems ?? 0) || texts.length > (maxItems ?? Number.POSITIVE_INFINITY))
    throw invalidParameters(
      `Parameter ${name} must have between ${minItems ?? 0} and ${maxItems ?? "any number of"} items.`,
    );
}

export function textOf(value: unknown): string {
  return typeof value === "string" ? value : JSON.stringify(value);
}

const reference = /\{\{\s*([\w.:-]+)\s*\}\}/g;
const wholeReference = /^\s*\{\{\s*([\w.:-]+)\s*\}\}\s*$/;

/** Puts values in the place of {{ name }}. A text that is nothing else becomes the value itself, a list for instance. */
export function interpolate(template: unknown, values: Values): unknown {
  if (typeof template === "string") {
    const whole = wholeReference.exec(template)?.[1];
    if (whole !== undefined && whole in values) return values[whole];
    return template.replace(reference, (text, name: string) =>
      name in values ? textOf(values[name]) : text,
    );
  }
  if (Array.isArray(template))
    return template.flatMap((one) => {
      const value = interpolate(one, values);
      return typeof one === "string" && Array.isArray(value) ? value : [value];
    });
  if (typeof template === "object" && template !== null)
    return Object.fromEntries(
      Object.entries(template).map(([key, value]) => [key, interpolate(value, values)]),
    );
  return template;
}

const storeReference = /\{\{\s*ssm:([\w./:-]+)\s*\}\}/g;

/** The parameters of Parameter Store that are asked for as {{ssm:name}}. */
export function storeReferences(template: unknown): string[] {
  return [...JSON.stringify(template ?? null).matchAll(storeReference)].map(([, name]) => name!);
}

export function withStoreValues<T>(template: T, found: ReadonlyMap<string, string>): T {
  const replace = (value: unknown): unknown => {
    if (typeof value === "string")
      return value.replace(storeReference, (text, name: string) => found.get(name) ?? text);
    if (Array.isArray(value)) return value.map(replace);
    if (typeof value === "object" && value !== null)
      return Object.fromEntries(Object.entries(value).map(([key, one]) => [key, replace(one)]));
    return value;
  };
  return replace(template) as T;
}
