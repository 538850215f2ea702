/** Which resource needs which, and what is wrong with the references. */
import { visitReferences } from "./references.ts";
import type { Template } from "./template.ts";
import { TemplateError, asIntrinsic, isObject, textOf, type TemplateValue } from "./values.ts";

const pseudoParameters = [
  "AWS::AccountId",
  "AWS::NoValue",
  "AWS::NotificationARNs",
  "AWS::Partition",
  "AWS::Region",
  "AWS::StackId",
  "AWS::StackName",
  "AWS::URLSuffix",
];

/** Throws for references to names that the template does not define, on whichever branch they are. */
export function checkReferences(template: Template): void {
  const named = new Set([...Object.keys(template.parameters), ...pseudoParameters]);
  const check = (value: TemplateValue, block: string) => {
    const missing = new Set<string>();
    visitReferences(value, ({ kind, name }) => {
      if (kind === "condition") requireCondition(template, name, block);
      else if (kind === "ref" && !named.has(name) && !(name in template.resources))
        missing.add(name);
      else if (kind === "attribute" && !(name in template.resources))
        throw new TemplateError(
          `Template error: instance of Fn::GetAtt references undefined resource ${name}`,
        );
    });
    return missing;
  };
  const unresolved = new Set<string>();
  for (const resource of Object.values(template.resources)) {
    if (resource.Condition !== undefined)
      requireCondition(template, resource.Condition, "Resources");
    for (const name of check(referencing(resource), "Resources")) unresolved.add(name);
    for (const name of resource.DependsOn) if (!(name in template.resources)) unresolved.add(name);
  }
  refuseUnresolved(unresolved, "Resources");
  const inOutputs = new Set<string>();
  for (const output of Object.values(template.outputs)) {
    if (output.Condition !== undefined) requireCondition(template, output.Condition, "Outputs");
    const parts =
      output.ExportName === undefined ? [output.Value] : [output.Value, output.ExportName];
    for (const name of check(parts, "Outputs")) inOutputs.add(name);
  }
  refuseUnresolved(inOutputs, "Outputs");
  for (const condition of Object.values(template.conditions))
    visitReferences(condition, ({ kind, name }) => {
      if (kind === "condition") requireCondition(template, name, "Conditions");
      else if (!named.has(name))
        throw new TemplateError(
          `Template format error: Unresolved dependencies [${name}]. Cannot reference resources in the Conditions block of the template`,
        );
    });
}

function referencing(resource: Template["resources"][string]): TemplateValue {
  const { Properties, Metadata, CreationPolicy, UpdatePolicy } = resource;
  return [Properties, Metadata ?? "", CreationPolicy ?? "", UpdatePolicy ?? ""];
}

function requireCondition(template: Template, name: string, block: string): void {
  if (!(name in template.conditions))
    throw new TemplateError(
      `Template format error: Unresolved condition dependency ${name} in the ${block} block of the template`,
    );
}

function refuseUnresolved(names: ReadonlySet<string>, block: string): void {
  if (names.size > 0)
    throw new TemplateError(
      `Template format error: Unresolved resource dependencies [${[...names].join(", ")}] in the ${block} block of the template`,
    );
}

/** The value with every Fn::If replaced by the branch that its condition chooses. */
function chosenBranches(value: TemplateValue, conditions: Record<string, boolean>): TemplateValue {
  if (Array.isArray(value)) return value.map((item) => chosenBranches(item, conditions));
  if (!isObject(value)) return value;
  const intrinsic = asIntrinsic(value);
  if (intrinsic?.name === "Fn::If" && Array.isArray(intrinsic.argument)) {
    const [name, yes, no] = intrinsic.argument as TemplateValue[];
    return chosenBranches((conditions[textOf(name)] ? yes : no) ?? "", conditions);
  }
  return Object.fromEntries(
    Object.entries(value).map(([key, item]) => [key, chosenBranches(item, conditions)]),
  );
}

/** Logical ids in an order in which each comes after all that it needs. */
export interface DependencyGraph {
  readonly order: readonly string[];
  /** What each resource needs directly, conditions considered. */
  readonly needs: ReadonlyMap<string, ReadonlySet<string>>;
}

/** The graph of the resources whose conditions hold. Throws for cycles and for references to resources that are left out. */
export function buildGraph(
  template: Template,
  conditions: Record<string, boolean>,
): DependencyGraph {
  const active = Object.entries(template.resources).filter(
    ([, { Condition }]) => Condition === undefined || conditions[Condition],
  );
  const present = new Set(active.map(([id]) => id));
  const needs = new Map<string, Set<string>>();
  for (const [id, resource] of active) {
    const own = new Set<string>();
    for (const name of resource.DependsOn) if (present.has(name)) own.add(name);
    visitReferences(chosenBranches(referencing(resource), conditions), ({ kind, name }) => {
      if (kind === "condition" || !(name in template.resources)) return;
      if (!present.has(name))
        throw new TemplateError(
          `Template format error: Unresolved resource dependencies [${name}] in the Resources block of the template`,
        );
      own.add(name);
    });
    needs.set(id, own);
  }
  return { order: sortByNeed(needs), needs };
}

function sortByNeed(needs: ReadonlyMap<string, ReadonlySet<string>>): string[] {
  const order: string[] = [];
  const left = new Map([...needs].map(([id, own]) => [id, own.size]));
  const neededBy = new Map<string, string[]>();
  for (const [id, own] of needs)
    for (const other of own) neededBy.set(other, [...(neededBy.get(other) ?? []), id]);
  const ready = [...left].filter(([, count]) => count === 0).map(([id]) => id);
  for (let id = ready.shift(); id !== undefined; id = ready.shift()) {
    order.push(id);
    left.delete(id);
    for (const dependent of neededBy.get(id) ?? []) {
      const count = left.get(dependent)! - 1;
      left.set(dependent, count);
      if (count === 0) ready.push(dependent);
    }
  }
  if (left.size > 0)
    throw new TemplateError(
      `Circular dependency between resources: [${[...left.keys()].join(", ")}]`,
    );
  return order;
}
