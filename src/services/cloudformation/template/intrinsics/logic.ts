/** Conditions and what depends on them. */
import type { Scope } from "./scope.ts";
import { TemplateError, Unknown, textOf, type Evaluated, type TemplateValue } from "../values.ts";

export function ifElse(argument: TemplateValue, scope: Scope): Evaluated {
  if (!Array.isArray(argument) || argument.length !== 3 || typeof argument[0] !== "string")
    throw new TemplateError(
      "Template error: Fn::If requires a list argument with three elements: a condition name and two values",
    );
  return scope.evaluate(argument[scope.condition(argument[0]) ? 1 : 2] as TemplateValue);
}

export function condition(argument: TemplateValue, scope: Scope): Evaluated {
  return scope.condition(textOf(argument));
}

export function equals(argument: TemplateValue, scope: Scope): Evaluated {
  if (!Array.isArray(argument) || argument.length !== 2)
    throw new TemplateError(
      "Template error: every Fn::Equals object requires a list of 2 string parameters.",
    );
  const [left, right] = argument.map((side) => scope.evaluate(side as TemplateValue));
  if (left instanceof Unknown) return left;
  if (right instanceof Unknown) return right;
  return sameValue(left!, right!);
}

function sameValue(left: Evaluated, right: Evaluated): boolean {
  return typeof left === "object" || typeof right === "object"
    ? JSON.stringify(left) === JSON.stringify(right)
    : String(left) === String(right);
}

export function and(argument: TemplateValue, scope: Scope): Evaluated {
  return operands("Fn::And", argument, scope).every(Boolean);
}

export function or(argument: TemplateValue, scope: Scope): Evaluated {
  return operands("Fn::Or", argument, scope).some(Boolean);
}

function operands(name: string, argument: TemplateValue, scope: Scope): boolean[] {
  if (!Array.isArray(argument) || argument.length < 2 || argument.length > 10)
    throw new TemplateError(
      `Template error: every ${name} object requires a list of at least 2 and at most 10 boolean parameters.`,
    );
  return argument.map((operand) => truth(name, scope.evaluate(operand as TemplateValue)));
}

export function not(argument: TemplateValue, scope: Scope): Evaluated {
  if (!Array.isArray(argument) || argument.length !== 1)
    throw new TemplateError("Template error: every Fn::Not object requires one boolean parameter.");
  return !truth("Fn::Not", scope.evaluate(argument[0] as TemplateValue));
}

function truth(name: string, value: Evaluated): boolean {
  if (value === true || value === "true") return true;
  if (value === false || value === "false") return false;
  throw new TemplateError(`Template error: every ${name} object requires boolean parameters.`);
}
