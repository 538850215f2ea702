/** What a deployment will do to each resource, as far as that can be known before it starts. */
import type { KnownResource, Lookup } from "../template/intrinsics/scope.ts";
import { hasCustomAttribute, isCustomType } from "../custom-resource/attributes.ts";
import type { LoadedType } from "../resource-types/catalog.ts";
import type { ResourceRecord } from "../records.ts";
import { visitReferences } from "../template/references.ts";
import type { Template } from "../template/template.ts";
import { TemplateError, Unknown, hasUnknown, type Evaluated } from "../template/values.ts";
import {
  changedProperties,
  evaluateResource,
  knownFromRecord,
  needsReplacement,
  type EvaluatedResource,
} from "./evaluate-resource.ts";
import type { Program } from "./program.ts";

export type Replacement = "True" | "False" | "Conditional";

export interface ChangeDetail {
  attribute: string;
  property?: string;
  recreation: "Never" | "Conditionally" | "Always";
  evaluation: "Static" | "Dynamic";
  source:
    | "Automatic"
    | "DirectModification"
    | "ParameterReference"
    | "ResourceReference"
    | "ResourceAttribute";
  cause?: string;
}

export interface PredictedChange {
  action: "Add" | "Modify" | "Remove";
  logicalId: string;
  physicalId?: string;
  type: string;
  replacement?: Replacement;
  details: ChangeDetail[];
  policyAction?: "Delete" | "Retain" | "Snapshot" | "ReplaceAndDelete" | "ReplaceAndRetain";
}

export interface PredictionFacts {
  program: Program;
  stack: { arn: string; name: string };
  present: ReadonlyMap<string, ResourceRecord>;
  previous: { template: Template; parameters: Readonly<Record<string, string>> } | undefined;
  lookup: (lookup: Lookup) => Evaluated;
}

/** Changes in the template's order, removals last. Throws TemplateError for properties that no type would take. */
export function predictChanges(facts: PredictionFacts): PredictedChange[] {
  const { program, present } = facts;
  refuseTypeChanges(facts);
  const predicted = new Map<string, PredictedChange>();
  const known = (id: string): KnownResource => knownLater(facts, predicted, id);
  for (const id of program.graph.order) {
    const evaluated = evaluateResource(id, { ...facts, known });
    const change = predict(facts, id, evaluated);
    if (change) predicted.set(id, change);
  }
  const inOrder = Object.keys(program.template.resources).flatMap((id) => predicted.get(id) ?? []);
  const removed = [...present.values()].filter(
    ({ logicalId }) => !program.graph.needs.has(logicalId),
  );
  return [...inOrder, ...removed.map(removal)];
}

function refuseTypeChanges({ program, present }: PredictionFacts): void {
  const changed = program.graph.order.filter((id) => {
    const record = present.get(id);
    return record?.physicalId !== undefined && record.type !== program.template.resources[id]!.Type;
  });
  if (changed.length > 0)
    throw new TemplateError(
      `Update of resource type is not permitted. The new template modifies resource type of the following resources: [${changed.join(", ")}]`,
    );
}

/** A resource as its dependents will find it: unknown where the deployment may change it. */
function knownLater(
  { program, present }: PredictionFacts,
  predicted: ReadonlyMap<string, PredictedChange>,
  id: string,
): KnownResource {
  const type = program.types.get(program.template.resources[id]!.Type)!;
  const record = present.get(id);
  const now = knownFromRecord(record);
  const change = predicted.get(id);
  const stays = now !== undefined && (!change || change.replacement === "False");
  return {
    type: type.definition.type,
    ref: stays ? now.ref : new Unknown(id),
    attribute: (name) => {
      refuseUnknownAttribute(id, type, name);
      // What a provider did not give fails the resource that asks for it, when its turn comes.
      if (isCustomType(type.definition.type) && !hasCustomAttribute(record?.attributes ?? {}, name))
        return new Unknown(`${id}.${name}`);
      return now && !change ? now.attribute(name) : new Unknown(`${id}.${name}`);
    },
  };
}

function refuseUnknownAttribute(
  id: string,
  { definition, schema }: LoadedType,
  name: string,
): void {
  if (schema.properties === "any") return;
  const [first = ""] = name.split(".");
  const readOnly = schema.readOnly ?? [];
  if (readOnly.includes(name) || readOnly.includes(first) || first in schema.properties) return;
  // Outputs of a nested stack are known to that stack alone.
  if (definition.type === "AWS::CloudFormation::Stack" && first === "Outputs") return;
  throw new TemplateError(
    `Template error: resource ${id} does not support attribute type ${name} in Fn::GetAtt`,
  );
}

function predict(
  facts: PredictionFacts,
  id: string,
  evaluated: EvaluatedResource,
): PredictedChange | undefined {
  const { program, present } = facts;
  const type = program.types.get(program.template.resources[id]!.Type)!;
  const base = { logicalId: id, type: type.definition.type };
  const record = present.get(id);
  if (record?.physicalId === undefined) return { ...base, action: "Add", details: [] };
  const properties = changedProperties(record.properties, evaluated.properties);
  const tagged = changedProperties(record.tags, evaluated.tags).length > 0;
  const tagProperty = type.schema.tags ?? "Tags";
  const names =
    tagged && !properties.includes(tagProperty) ? [...properties, tagProperty] : properties;
  const details = names.map((name) => propertyDetail(facts, id, type, name, evaluated));
  for (const attribute of changedAttributes(record, evaluated))
    details.push({
      attribute,
      recreation: "Never",
      evaluation: "Static",
      source: "DirectModification",
    });
  if (details.length === 0 && type.definition.alwaysUpdated)
    details.push({
      attribute: "Properties",
      recreation: "Never",
      evaluation: "Dynamic",
      source: "Automatic",
    });
  if (details.length === 0) return undefined;
  const replacement = replacementOf(details);
  return {
    ...base,
    action: "Modify",
    physicalId: record.physicalId,
    replacement,
    details,
    ...(replacement === "True" && {
      policyAction:
        evaluated.updateReplacePolicy === "Retain" ? "ReplaceAndRetain" : "ReplaceAndDelete",
    }),
  };
}

function changedAttributes(record: ResourceRecord, evaluated: EvaluatedResource): string[] {
  const pairs: [string, unknown, unknown][] = [
    ["Metadata", record.metadata, evaluated.metadata],
    ["CreationPolicy", record.creationPolicy, evaluated.creationPolicy],
    ["UpdatePolicy", record.updatePolicy, evaluated.updatePolicy],
    ["DeletionPolicy", record.deletionPolicy, evaluated.deletionPolicy],
    ["UpdateReplacePolicy", record.updateReplacePolicy, evaluated.updateReplacePolicy],
  ];
  return pairs
    .filter(([, before, after]) => changedProperties({ before }, { before: after }).length > 0)
    .map(([name]) => name);
}

function propertyDetail(
  facts: PredictionFacts,
  id: string,
  type: LoadedType,
  property: string,
  evaluated: EvaluatedResource,
): ChangeDetail {
  const dynamic = hasUnknown(evaluated.properties[property]);
  const before = facts.present.get(id)?.properties ?? {};
  const replaced = needsReplacement(type, [property], before, evaluated);
  const maybe = type.schema.conditional?.includes(property) ?? false;
  return {
    attribute: property === (type.schema.tags ?? "Tags") ? "Tags" : "Properties",
    property,
    recreation: replaced ? "Always" : maybe ? "Conditionally" : "Never",
    evaluation: dynamic ? "Dynamic" : "Static",
    ...causeOf(facts, id, property),
  };
}

function causeOf(
  { program, previous, present }: PredictionFacts,
  id: string,
  property: string,
): Pick<ChangeDetail, "source" | "cause"> {
  const after = program.template.resources[id]!.Properties[property];
  const before = previous?.template.resources[id]?.Properties[property];
  if (JSON.stringify(before) !== JSON.stringify(after)) return { source: "DirectModification" };
  let cause: Pick<ChangeDetail, "source" | "cause"> = { source: "DirectModification" };
  if (after !== undefined)
    visitReferences(after, ({ kind, name, attribute }) => {
      if (kind === "attribute")
        cause = { source: "ResourceAttribute", cause: `${name}.${attribute ?? ""}` };
      else if (kind === "ref" && present.has(name))
        cause = { source: "ResourceReference", cause: name };
      else if (kind === "ref" && previous?.parameters[name] !== program.revision.parameters[name])
        cause = { source: "ParameterReference", cause: name };
    });
  return cause;
}

function replacementOf(details: readonly ChangeDetail[]): Replacement {
  const recreating = details.filter(({ recreation }) => recreation === "Always");
  if (recreating.some(({ evaluation }) => evaluation === "Static")) return "True";
  const maybe = details.some(({ recreation }) => recreation === "Conditionally");
  return recreating.length > 0 || maybe ? "Conditional" : "False";
}

function removal(record: ResourceRecord): PredictedChange {
  const kept = record.deletionPolicy === "Delete" ? "Delete" : "Retain";
  return {
    action: "Remove",
    logicalId: record.logicalId,
    ...(record.physicalId !== undefined && { physicalId: record.physicalId }),
    type: record.type,
    details: [],
    policyAction: record.deletionPolicy === "Snapshot" ? "Snapshot" : kept,
  };
}
