/** A revision ready to be deployed: its template read and checked, its conditions decided, its resources in order. */
import { partitionOf } from "#services/kit/arn.ts";
import type { Scope } from "#store/collection.ts";
import type { LoadedType, TypeCatalog } from "../resource-types/catalog.ts";
import type { Revision } from "../records.ts";
import { evaluateConditions, refuseLookup } from "../template/conditions.ts";
import { buildGraph, checkReferences, type DependencyGraph } from "../template/dependencies.ts";
import { checkParameters, type ParameterValues } from "../template/parameters.ts";
import { parseTemplate, type Template } from "../template/template.ts";
import { TemplateError, noValue, type Evaluated } from "../template/values.ts";

export interface StackFacts {
  arn: string;
  name: string;
  scope: Scope;
}

export interface Program {
  readonly template: Template;
  readonly parameters: ParameterValues;
  /** Parameters and pseudo parameters. */
  readonly names: Readonly<Record<string, Evaluated>>;
  readonly conditions: Readonly<Record<string, boolean>>;
  readonly graph: DependencyGraph;
  /** By resource type. */
  readonly types: ReadonlyMap<string, LoadedType>;
  readonly revision: Revision;
}

/** Reads and checks a revision. Throws TemplateError. */
export async function buildProgram(
  revision: Revision,
  stack: StackFacts,
  catalog: TypeCatalog,
): Promise<Program> {
  const template = parseTemplate(revision.body);
  checkReferences(template);
  const parameters = checkParameters(template, revision.parameters, revision.stored);
  const names = { ...parameters, ...pseudoValues(stack, revision) };
  const surroundings = { names, mappings: template.mappings, lookup: refuseLookup };
  const conditions = evaluateConditions(template, surroundings);
  const graph = buildGraph(template, conditions);
  const types = await loadTypes(template, catalog, graph.order);
  return { template, parameters, names, conditions, graph, types, revision };
}

/** Loads the types of a template's resources, all or those given. Throws TemplateError for types that are not known. */
export async function loadTypes(
  template: Template,
  catalog: TypeCatalog,
  ids: readonly string[] = Object.keys(template.resources),
): Promise<Map<string, LoadedType>> {
  const names = [...new Set(ids.map((id) => template.resources[id]!.Type))];
  const found = await Promise.all(names.map((name) => catalog.find(name)));
  const unknown = names.filter((_name, index) => !found[index]);
  if (unknown.length > 0)
    throw new TemplateError(
      `Template format error: Unrecognized resource types: [${unknown.join(", ")}]`,
    );
  return new Map(names.map((name, index) => [name, found[index]!]));
}

function pseudoValues(stack: StackFacts, revision: Revision): Record<string, Evaluated> {
  const { account, region } = stack.scope;
  return {
    "AWS::AccountId": account,
    "AWS::NoValue": noValue,
    "AWS::NotificationARNs": revision.notificationArns,
    "AWS::Partition": partitionOf(region),
    "AWS::Region": region,
    "AWS::StackId": stack.arn,
    "AWS::StackName": stack.name,
    "AWS::URLSuffix": region.startsWith("cn-") ? "amazonaws.com.cn" : "amazonaws.com",
  };
}
