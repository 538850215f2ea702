/** Functions that make lists or take from them. */
import type { Scope } from "./scope.ts";
import {
  TemplateError,
  asText,
  textOf,
  Unknown,
  type Evaluated,
  type TemplateValue,
} from "../values.ts";
import { cidrBlocks } from "./cidr-blocks.ts";

export function select(argument: TemplateValue, scope: Scope): Evaluated {
  if (!Array.isArray(argument) || argument.length !== 2)
    throw new TemplateError(
      "Template error: Fn::Select requires a list argument with two elements: an integer index and a list",
    );
  const index = scope.evaluate(argument[0] as TemplateValue);
  const list = scope.evaluate(argument[1] as TemplateValue);
  if (index instanceof Unknown) return index;
  if (list instanceof Unknown) return list;
  const position = asText(index);
  if (position === undefined || !/^-?\d+$/.test(position))
    throw new TemplateError(
      "Template error: Fn::Select requires a list argument with a valid index value",
    );
  if (!Array.isArray(list))
    throw new TemplateError(
      "Template error: Fn::Select requires a list argument with two elements: an integer index and a list",
    );
  const chosen = list[Number(position)];
  if (chosen === undefined)
    throw new TemplateError(
      `Template error: Fn::Select cannot select nonexistent value at index ${position}`,
    );
  return chosen;
}

export function split(argument: TemplateValue, scope: Scope): Evaluated {
  if (!Array.isArray(argument) || argument.length !== 2 || typeof argument[0] !== "string")
    throw new TemplateError(
      "Template error: every Fn::Split object requires two parameters, (1) a string delimiter and (2) a string to be split or a function that returns a string to be split.",
    );
  const value = scope.evaluate(argument[1] as TemplateValue);
  if (value instanceof Unknown) return value;
  const text = asText(value);
  if (text === undefined)
    throw new TemplateError(
      "Template error: every Fn::Split object requires two parameters, (1) a string delimiter and (2) a string to be split or a function that returns a string to be split.",
    );
  return text.split(argument[0]);
}

export function getAZs(argument: TemplateValue, scope: Scope): Evaluated {
  const region = scope.evaluate(argument);
  if (region instanceof Unknown) return region;
  const text = asText(region);
  if (text === undefined)
    throw new TemplateError("Template error: Fn::GetAZs requires the name of a region");
  return scope.lookup({ kind: "zones", key: text || textOf(scope.names["AWS::Region"]) });
}

export function cidr(argument: TemplateValue, scope: Scope): Evaluated {
  if (!Array.isArray(argument) || argument.length < 2 || argument.length > 3)
    throw new TemplateError(
      "Template error: every Fn::Cidr object requires two or three parameters: an IP address block, a count and the number of bits of each subnet",
    );
  const parts = argument.map((part) => scope.evaluate(part as TemplateValue));
  const unknown = parts.find((part) => part instanceof Unknown);
  if (unknown !== undefined) return unknown;
  const [block, count, bits] = parts.map((part) => asText(part) ?? "");
  return cidrBlocks(block!, Number(count), bits === undefined ? undefined : Number(bits));
}

export function length(argument: TemplateValue, scope: Scope): Evaluated {
  const list = scope.evaluate(argument);
  if (list instanceof Unknown) return list;
  if (!Array.isArray(list))
    throw new TemplateError(
      "Template error: every Fn::Length object must have a list as its value",
    );
  return list.length;
}
