/** The Rules section: assertions about parameters, checked before a deployment starts. */
import { evaluate } from "./evaluate.ts";
import type { EvaluationEnvironment, Scope } from "./intrinsics/scope.ts";
import type { Template } from "./template.ts";
import { TemplateError, asIntrinsic, isObject, textOf, type TemplateValue } from "./values.ts";

/**
 * Throws when an assertion fails. Functions that ask for attributes of AWS resources (ValueOf,
 * ValueOfAll) are refused.
 * https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/rules-section-structure.html
 */
export function checkRules(template: Template, env: EvaluationEnvironment): void {
  for (const [name, rule] of Object.entries(template.rules)) {
    if (!isObject(rule)) continue;
    const applies = rule["RuleCondition"];
    if (applies !== undefined && !holds(applies, env)) continue;
    const assertions = rule["Assertions"];
    if (!Array.isArray(assertions)) continue;
    for (const assertion of assertions) {
      if (!isObject(assertion) || assertion["Assert"] === undefined)
        throw new TemplateError(`Template format error: Rule ${name} must contain Assert members.`);
      if (holds(assertion["Assert"], env)) continue;
      const described = assertion["AssertDescription"];
      throw new TemplateError(
        `Template error: Assertion failed in rule ${name}${described === undefined ? "" : `: ${textOf(described)}`}`,
      );
    }
  }
}

function holds(value: TemplateValue, env: EvaluationEnvironment): boolean {
  const intrinsic = asIntrinsic(value);
  if (!intrinsic) return value === true || value === "true";
  const { name, argument } = intrinsic;
  const parts = Array.isArray(argument) ? (argument as TemplateValue[]) : [argument];
  if (name === "Fn::And") return parts.every((part) => holds(part, env));
  if (name === "Fn::Or") return parts.some((part) => holds(part, env));
  if (name === "Fn::Not") return !holds(parts[0]!, env);
  const [left, right] = parts.map((part) => listOf(evaluate(part, env)));
  if (name === "Fn::Contains") return right!.every((item) => left!.includes(item));
  if (name === "Fn::EachMemberIn") return left!.every((item) => right!.includes(item));
  if (name === "Fn::EachMemberEquals") return left!.every((item) => item === right![0]);
  if (name === "Fn::Equals") return evaluate(value, env) === true;
  throw new TemplateError(`Fogbank does not evaluate ${name} in rules.`);
}

function listOf(value: ReturnType<Scope["evaluate"]>): string[] {
  return (Array.isArray(value) ? value : [value]).map(String);
}
