/** The Conditions section, worked out once per deployment from parameters alone. */
import { evaluate } from "./evaluate.ts";
import type { EvaluationEnvironment } from "./intrinsics/scope.ts";
import type { Template } from "./template.ts";
import { TemplateError, Unknown, type Evaluated } from "./values.ts";

type Surroundings = Pick<EvaluationEnvironment, "names" | "mappings" | "lookup">;

/** Every condition's value. Conditions may name each other in any order. */
export function evaluateConditions(
  template: Template,
  surroundings: Surroundings,
): Record<string, boolean> {
  const results: Record<string, boolean> = {};
  const open = new Set<string>();
  const condition = (name: string): boolean => {
    const known = results[name];
    if (known !== undefined) return known;
    const definition = template.conditions[name];
    if (definition === undefined)
      throw new TemplateError(
        `Template format error: Unresolved condition dependency ${name} in the Conditions block of the template`,
      );
    if (open.has(name))
      throw new TemplateError(
        `Template error: Circular dependency between conditions: [${[...open].join(", ")}]`,
      );
    open.add(name);
    const value = evaluate(definition, { ...surroundings, condition, resource: () => undefined });
    open.delete(name);
    return (results[name] = asBoolean(name, value));
  };
  for (const name of Object.keys(template.conditions)) condition(name);
  return results;
}

function asBoolean(name: string, value: Evaluated): boolean {
  if (value instanceof Unknown) return false;
  if (typeof value === "boolean") return value;
  if (value === "true" || value === "false") return value === "true";
  throw new TemplateError(
    `Template format error: Condition ${name} must evaluate to a boolean value.`,
  );
}

/** What Conditions and Rules look up: nothing outside the template. */
export function refuseLookup(): never {
  throw new TemplateError(
    "Template format error: Conditions and Rules can only use parameters, pseudo parameters and mappings",
  );
}
