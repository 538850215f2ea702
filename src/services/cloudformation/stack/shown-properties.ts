/** Properties as events show them: what a parameter or an answer with NoEcho brought is masked. */
import { isDeepStrictEqual } from "node:util";
import type { Properties } from "../resource-types/resource-type.ts";
import { evaluate } from "../template/evaluate.ts";
import type { EvaluationEnvironment } from "../template/intrinsics/scope.ts";
import { noValue, TemplateError, type TemplateObject } from "../template/values.ts";
import type { Program } from "./program.ts";

const mask = "****";

/** Undefined when nothing is to be hidden. https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/parameters-section-structure.html */
export function shownProperties(
  declared: TemplateObject,
  { template }: Pick<Program, "template">,
  env: EvaluationEnvironment,
): Properties | undefined {
  const names = { ...env.names };
  for (const [name, { NoEcho }] of Object.entries(template.parameters))
    if (NoEcho) names[name] = mask;
  const masked: EvaluationEnvironment = {
    ...env,
    names,
    resource(id) {
      const known = env.resource(id);
      return known?.noEcho ? { ...known, attribute: () => mask } : known;
    },
  };
  const shown: Record<string, unknown> = {};
  let isMasked = false;
  for (const [name, value] of Object.entries(declared)) {
    const real = evaluate(value, env);
    if (real === noValue) continue;
    const hidden = evaluateMasked(value, masked);
    if (!isDeepStrictEqual(real, hidden)) isMasked = true;
    shown[name] = hidden;
  }
  return isMasked ? shown : undefined;
}

function evaluateMasked(value: TemplateObject[string], env: EvaluationEnvironment): unknown {
  try {
    return evaluate(value, env);
  } catch (error) {
    // A function that cannot work with the mask, such as Fn::Select, hides all that it would give.
    if (error instanceof TemplateError) return mask;
    throw error;
  }
}
