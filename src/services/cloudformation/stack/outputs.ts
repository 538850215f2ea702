/** Outputs and exports of a stack, and who imports them. */
import type { Scope } from "#store/collection.ts";
import type { Transaction } from "#store/store.ts";
import { exportedValues, imports, type StackOutput, type StackRecord } from "../records.ts";
import { evaluate, resolveDynamicReferences } from "../template/evaluate.ts";
import {
  TemplateError,
  Unknown,
  asIntrinsic,
  asText,
  isObject,
  type TemplateValue,
} from "../template/values.ts";
import { evaluationEnvironment, type EvaluationFacts } from "./evaluate-resource.ts";
import type { Program } from "./program.ts";

/** The values of the outputs whose conditions hold. Throws TemplateError. */
export function evaluateOutputs(facts: EvaluationFacts): StackOutput[] {
  const { program } = facts;
  const env = evaluationEnvironment(facts);
  return Object.entries(program.template.outputs)
    .filter(([, { Condition }]) => Condition === undefined || program.conditions[Condition])
    .map(([key, declared]) => {
      const value = resolveDynamicReferences(evaluate(declared.Value, env), env);
      // What is still being looked up shows as nothing; the values count once all is found.
      const text = value instanceof Unknown ? "" : asText(value);
      if (text === undefined)
        throw new TemplateError(
          "Template format error: The Value field of every Outputs member must evaluate to a String.",
        );
      const name =
        declared.ExportName === undefined ? undefined : evaluate(declared.ExportName, env);
      return {
        key,
        value: text,
        ...(declared.Description !== undefined && { description: declared.Description }),
        ...(name !== undefined && { exportName: asText(name) ?? "" }),
      };
    });
}

/** Throws TemplateError when an export's name is taken, or one that is used would vanish or change. */
export async function refuseExportChanges(
  tx: Transaction,
  scope: Scope,
  stack: StackRecord,
  outputs: readonly StackOutput[],
): Promise<void> {
  for (const { exportName } of outputs) {
    if (exportName === undefined) continue;
    const present = await exportedValues.get(tx, scope, exportName);
    if (present && present.stackUuid !== stack.uuid)
      throw new TemplateError(
        `Export with name ${exportName} is already exported by stack ${present.stackArn.split("/")[1]}`,
      );
  }
  for (const { exportName, value } of stack.outputs) {
    if (exportName === undefined) continue;
    const next = outputs.find((output) => output.exportName === exportName);
    if (next?.value === value) continue;
    const users = await importers(tx, scope, exportName);
    if (users.length > 0)
      throw new TemplateError(
        next
          ? `Cannot update export ${exportName} as it is in use by ${users.join(", ")}`
          : `Export ${exportName} cannot be deleted as it is in use by ${users.join(", ")}`,
      );
  }
}

/** Names of the stacks that import a value. */
export async function importers(tx: Transaction, scope: Scope, name: string): Promise<string[]> {
  const found = await imports.list(tx, scope, [name]);
  return found.map(({ stackName }) => stackName).sort();
}

/** Writes a stack's exports and what it imports, in place of those that it had. */
export async function writeOutputs(
  tx: Transaction,
  scope: Scope,
  stack: StackRecord,
  outputs: readonly StackOutput[],
  program: Program | undefined,
): Promise<void> {
  for (const { exportName } of stack.outputs)
    if (exportName !== undefined) exportedValues.delete(tx, scope, exportName);
  for (const { exportName, value } of outputs)
    if (exportName !== undefined)
      exportedValues.put(tx, scope, [exportName], {
        name: exportName,
        value,
        stackUuid: stack.uuid,
        stackArn: stack.arn,
      });
  for (const { id } of await imports.entries(tx, scope))
    if (id[1] === stack.uuid) imports.delete(tx, scope, ...id);
  for (const name of program ? importedNames(program) : [])
    imports.put(tx, scope, [name, stack.uuid], { stackName: stack.name });
}

/** The names of the exports that a program's resources and outputs import. */
function importedNames(program: Program): string[] {
  const names = new Set<string>();
  const env = {
    names: program.names,
    mappings: program.template.mappings,
    condition: (name: string) => program.conditions[name] ?? false,
    resource: () => undefined,
    lookup: () => "",
  };
  const visit = (value: TemplateValue): void => {
    const intrinsic = asIntrinsic(value);
    if (intrinsic?.name === "Fn::ImportValue") {
      const name = evaluate(intrinsic.argument, env);
      names.add(asText(name) ?? "");
    } else if (intrinsic?.name === "Fn::If" && Array.isArray(intrinsic.argument)) {
      const [condition, yes, no] = intrinsic.argument as TemplateValue[];
      visit((env.condition(asText(condition as string) ?? "") ? yes : no) ?? "");
    } else if (Array.isArray(value)) value.forEach(visit);
    else if (isObject(value)) Object.values(value).forEach(visit);
  };
  for (const id of program.graph.order) visit(program.template.resources[id]!.Properties);
  for (const { Value, Condition } of Object.values(program.template.outputs))
    if (Condition === undefined || program.conditions[Condition]) visit(Value);
  return [...names];
}
