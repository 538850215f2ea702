/** Works out a template's values: intrinsic functions, parameters, pseudo parameters. Asks nobody and waits for nothing. */
import type { EvaluationEnvironment, Lookup, Scope } from "./intrinsics/scope.ts";
import { evaluateIntrinsic } from "./intrinsics/table.ts";
import {
  Unknown,
  asIntrinsic,
  isObject,
  noValue,
  type Evaluated,
  type TemplateValue,
} from "./values.ts";

/** Evaluates a value; members and items that come out as AWS::NoValue are left out. */
export function evaluate(value: TemplateValue, env: EvaluationEnvironment): Evaluated {
  const scope: Scope = { ...env, evaluate: (inner) => evaluateIn(inner, scope) };
  return evaluateIn(value, scope);
}

function evaluateIn(value: TemplateValue, scope: Scope): Evaluated {
  if (value === null) return noValue;
  if (Array.isArray(value))
    return value.map((item) => evaluateIn(item, scope)).filter((item) => item !== noValue);
  if (!isObject(value)) return value as string | number | boolean;
  const intrinsic = asIntrinsic(value);
  // A policy's statement may hold nothing but a Condition; only the function's argument is one word.
  if (intrinsic && !(intrinsic.name === "Condition" && typeof intrinsic.argument !== "string"))
    return evaluateIntrinsic(intrinsic.name, intrinsic.argument, scope);
  const result: { [key: string]: Evaluated } = {};
  for (const [key, item] of Object.entries(value)) {
    const evaluated = evaluateIn(item, scope);
    if (evaluated !== noValue) result[key] = evaluated;
  }
  return result;
}

const dynamicReference = /\{\{resolve:([a-z-]+):([^{}]*)\}\}/g;

/**
 * Replaces dynamic references inside a value's texts.
 * https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/dynamic-references.html
 */
export function resolveDynamicReferences(value: Evaluated, env: EvaluationEnvironment): Evaluated {
  if (typeof value === "string")
    return value.includes("{{resolve:") ? resolveText(value, env) : value;
  if (Array.isArray(value)) return value.map((item) => resolveDynamicReferences(item, env));
  if (!isObject(value)) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, item]) => [
      key,
      resolveDynamicReferences(item as Evaluated, env),
    ]),
  );
}

function resolveText(text: string, env: EvaluationEnvironment): Evaluated {
  let unknown: Unknown | undefined;
  const resolved = text.replaceAll(dynamicReference, (whole, service: string, key: string) => {
    // A service that cannot be asked is refused by whoever looks it up.
    const answer = env.lookup({ kind: service as Lookup["kind"], key });
    if (answer instanceof Unknown) unknown = answer;
    return typeof answer === "string" ? answer : whole;
  });
  return unknown ?? resolved;
}
