/** The Rules section: assertions about parameters, checked before a deployment starts. */
import { refuseLookup } from "./conditions.ts";
import { evaluate } from "./evaluate.ts";
import type { EvaluationEnvironment } from "./intrinsics/scope.ts";
import type { Template } from "./template.ts";
import {
  TemplateError,
  Unknown,
  asIntrinsic,
  isObject,
  textOf,
  type Evaluated,
  type TemplateValue,
} from "./values.ts";

interface RuleScope {
  env: EvaluationEnvironment;
  template: Template;
}

/** Ends an evaluation whose facts are still to be found. */
const pending = new Error("facts are missing");

/**
 * Throws TemplateError when an assertion fails. Ends without a verdict where `lookup` does not know an attribute of a resource
 * yet: whoever asked finds it and comes back.
 * https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/rules-section-structure.html
 */
export function checkRules(template: Template, env: EvaluationEnvironment): void {
  try {
    for (const [name, rule] of Object.entries(template.rules))
      if (isObject(rule)) checkRule(name, rule, { env, template });
  } catch (error) {
    if (error !== pending) throw error;
  }
}

function checkRule(
  name: string,
  rule: { readonly [name: string]: TemplateValue },
  scope: RuleScope,
) {
  const applies = rule["RuleCondition"];
  if (applies !== undefined && !holds(applies, scope)) return;
  const assertions = rule["Assertions"];
  if (!Array.isArray(assertions)) return;
  for (const assertion of assertions) {
    if (!isObject(assertion) || assertion["Assert"] === undefined)
      throw new TemplateError(`Template format error: Rule ${name} must contain Assert members.`);
    if (holds(assertion["Assert"], scope)) continue;
    const described = assertion["AssertDescription"];
    throw new TemplateError(
      `Template error: Assertion failed in rule ${name}${described === undefined ? "" : `: ${textOf(described)}`}`,
    );
  }
}

function holds(value: TemplateValue, scope: RuleScope): boolean {
  const intrinsic = asIntrinsic(value);
  if (!intrinsic) return value === true || value === "true";
  const { name, argument } = intrinsic;
  const parts = Array.isArray(argument) ? (argument as TemplateValue[]) : [argument];
  if (name === "Fn::And") return parts.every((part) => holds(part, scope));
  if (name === "Fn::Or") return parts.some((part) => holds(part, scope));
  if (name === "Fn::Not") return !holds(parts[0]!, scope);
  const [left = [], right = []] = parts.map((part) => listOf(part, scope));
  if (name === "Fn::Contains") return right.every((item) => left.includes(item));
  if (name === "Fn::EachMemberIn") return left.every((item) => right.includes(item));
  if (name === "Fn::EachMemberEquals") return left.every((item) => item === right[0]);
  if (name === "Fn::Equals") return left.join("\n") === right.join("\n");
  throw new TemplateError(`Fogbank does not evaluate ${name} in rules.`);
}

/** What only rules may ask for, and any other value. */
function listOf(part: TemplateValue, scope: RuleScope): string[] {
  const { name, argument } = asIntrinsic(part) ?? {};
  const [first = "", attribute = ""] = [argument].flat().map((item) => textOf(item ?? ""));
  if (name === "Fn::RefAll") return parametersOf(first, scope).flatMap(({ ids }) => ids);
  if (name === "Fn::ValueOfAll") return attributesOf(attribute, parametersOf(first, scope), scope);
  if (name === "Fn::ValueOf") {
    const found = parameters(scope).find((one) => one.name === first);
    if (!found)
      throw new TemplateError(
        `Template validation error: Template error: Unresolved dependencies [${first}]. Cannot reference resources in the Rules block of the template`,
      );
    return attributesOf(attribute, [found], scope);
  }
  const value: Evaluated = evaluate(part, { ...scope.env, lookup: refuseLookup });
  return (Array.isArray(value) ? value : [value]).map(String);
}

interface Parameter {
  name: string;
  /** "AWS::EC2::Subnet::Id" also of a list of them. */
  type: string;
  ids: string[];
}

function parameters({ env, template }: RuleScope): Parameter[] {
  return Object.entries(template.parameters).map(([name, { Type }]) => ({
    name,
    type: Type.replace(/^AWS::SSM::Parameter::Value<(.+)>$/, "$1").replace(/^List<(.+)>$/, "$1"),
    ids: [env.names[name] ?? []].flat().map(String),
  }));
}

function parametersOf(type: string, scope: RuleScope): Parameter[] {
  return parameters(scope).filter((one) => one.type === type);
}

function attributesOf(attribute: string, list: Parameter[], { env }: RuleScope): string[] {
  const values = list.flatMap(({ type, ids }) =>
    ids.map((id) => env.lookup({ kind: "valueOf", key: [type, id, attribute].join(" ") })),
  );
  if (values.some((value) => value instanceof Unknown)) throw pending;
  return values.map(String);
}
