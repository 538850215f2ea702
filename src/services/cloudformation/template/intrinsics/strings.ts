/** Functions that make texts. */
import type { Scope } from "./scope.ts";
import {
  TemplateError,
  asText,
  Unknown,
  isObject,
  type Evaluated,
  type TemplateValue,
} from "../values.ts";
import { getAtt, ref } from "./references.ts";

const joinForm =
  "Template error: every Fn::Join object requires two parameters, (1) a string delimiter and (2) a list of strings to be joined or a function that returns a list of strings (such as Fn::GetAZs) to be joined.";

export function join(argument: TemplateValue, scope: Scope): Evaluated {
  if (!Array.isArray(argument) || argument.length !== 2 || typeof argument[0] !== "string")
    throw new TemplateError(joinForm);
  const items = scope.evaluate(argument[1] as TemplateValue);
  if (items instanceof Unknown) return items;
  if (!Array.isArray(items)) throw new TemplateError(joinForm);
  const unknown = items.find((item) => item instanceof Unknown);
  if (unknown !== undefined) return unknown;
  const texts = items.map(asText);
  if (texts.includes(undefined)) throw new TemplateError(joinForm);
  return texts.join(argument[0]);
}

export function base64(argument: TemplateValue, scope: Scope): Evaluated {
  const value = scope.evaluate(argument);
  if (value instanceof Unknown) return value;
  const text = asText(value);
  if (text === undefined)
    throw new TemplateError(
      "Template error: every Fn::Base64 object must have a String-typed value.",
    );
  return Buffer.from(text).toString("base64");
}

const subForm =
  "Template error: One or more Fn::Sub intrinsic functions don't specify expected arguments. Specify a string as first argument, and an optional second argument to specify a mapping of values to replace in the string";

export function sub(argument: TemplateValue, scope: Scope): Evaluated {
  const [text, values] = Array.isArray(argument) ? argument : [argument, {}];
  if (typeof text !== "string" || !isObject(values)) throw new TemplateError(subForm);
  let unknown: Unknown | undefined;
  const result = text.replaceAll(
    /\$\{(?:!([^{}]*)|([^!${}]*))\}/g,
    (_whole, literal: string | undefined, inner: string | undefined) => {
      if (literal !== undefined) return `\${${literal}}`;
      const name = (inner ?? "").trim();
      const value = substitute(name, values, scope);
      if (value instanceof Unknown) {
        unknown = value;
        return "";
      }
      const written = Array.isArray(value) ? undefined : asText(value);
      if (written === undefined)
        throw new TemplateError(
          `Template error: Fn::Sub variable ${name} must resolve to a string, number or boolean`,
        );
      return written;
    },
  );
  return unknown ?? result;
}

function substitute(name: string, values: { [key: string]: TemplateValue }, scope: Scope) {
  if (Object.hasOwn(values, name)) return scope.evaluate(values[name]!);
  if (name === "")
    throw new TemplateError(
      "Template error: variable names in Fn::Sub syntax must contain only alphanumeric characters, underscores, periods, and colons",
    );
  return name.includes(".") ? getAtt(name, scope) : ref(name, scope);
}

export function toJsonString(argument: TemplateValue, scope: Scope): Evaluated {
  const value = scope.evaluate(argument);
  const unknown = findUnknown(value);
  if (unknown) return unknown;
  if (!Array.isArray(value) && !isObject(value))
    throw new TemplateError(
      "Template error: every Fn::ToJsonString object must have an object or list.",
    );
  return JSON.stringify(value);
}

function findUnknown(value: Evaluated): Unknown | undefined {
  if (value instanceof Unknown) return value;
  const items = Array.isArray(value)
    ? value
    : isObject(value)
      ? (Object.values(value) as Evaluated[])
      : [];
  for (const item of items) {
    const found = findUnknown(item);
    if (found) return found;
  }
  return undefined;
}
