/** One resource of a program with everything about it worked out. */
import { isDeepStrictEqual } from "node:util";
import type { Tags } from "#services/kit/tags.ts";
import type { LoadedType } from "../resource-types/catalog.ts";
import type { Properties } from "../resource-types/resource-type.ts";
import type { ResourceRecord } from "../records.ts";
import { customAttribute, isCustomType } from "../custom-resource/attributes.ts";
import { checkProperties } from "../schema/check-properties.ts";
import type { ResourceSchema } from "../schema/resource-schema.ts";
import { evaluate, resolveDynamicReferences } from "../template/evaluate.ts";
import type { EvaluationEnvironment, KnownResource, Lookup } from "../template/intrinsics/scope.ts";
import type { DeletionPolicy } from "../template/template.ts";
import {
  TemplateError,
  isObject,
  noValue,
  textOf,
  type Evaluated,
  type TemplateValue,
} from "../template/values.ts";
import type { Program } from "./program.ts";
import { shownProperties } from "./shown-properties.ts";
import { refuseUnsupported } from "./unsupported-properties.ts";

export interface EvaluatedResource {
  properties: Properties;
  /** The same as events show them, where they differ. */
  shown: Properties | undefined;
  tags: Tags;
  metadata: unknown;
  creationPolicy: Properties | undefined;
  updatePolicy: Properties | undefined;
  deletionPolicy: DeletionPolicy;
  updateReplacePolicy: "Delete" | "Retain" | "Snapshot";
}

export interface EvaluationFacts {
  program: Program;
  stack: { arn: string; name: string };
  known: (logicalId: string) => KnownResource | undefined;
  lookup: (lookup: Lookup) => Evaluated;
}

/** Works a resource out. Throws TemplateError, also for properties that its type does not have. */
export function evaluateResource(logicalId: string, facts: EvaluationFacts): EvaluatedResource {
  const { program, stack } = facts;
  const declared = program.template.resources[logicalId]!;
  const type = program.types.get(declared.Type)!;
  const env = evaluationEnvironment(facts);
  const evaluated = evaluate(declared.Properties, env);
  const lookup = (asked: Lookup) => {
    if (asked.kind === "ssm-secure" && !secureTypes.includes(declared.Type))
      throw new TemplateError(`SSM Secure reference is not supported in: [${declared.Type}]`);
    return facts.lookup(asked);
  };
  const resolved = resolveDynamicReferences(evaluated, { ...env, lookup });
  const { properties, faults } = checkProperties(type.schema, resolved);
  if (faults.length > 0)
    throw new TemplateError(
      `Properties validation failed for resource ${logicalId} with message:\n${faults.join("\n")} (${declared.Type})`,
    );
  refuseUnsupported(logicalId, type.definition, properties);
  const policy = (value: TemplateValue | undefined): Properties | undefined => {
    if (value === undefined) return undefined;
    const result = evaluate(value, env);
    return isObject(result) ? result : undefined;
  };
  const metadata = declared.Metadata === undefined ? noValue : evaluate(declared.Metadata, env);
  const deletionPolicy = readPolicy(declared.DeletionPolicy, "DeletionPolicy", type, env);
  const replacePolicy = readPolicy(declared.UpdateReplacePolicy, "UpdateReplacePolicy", type, env);
  return {
    properties,
    shown: shownProperties(declared.Properties, program, env),
    tags: allTags(type.schema, properties, program.revision.tags, { stack, logicalId }),
    metadata: metadata === noValue ? undefined : metadata,
    creationPolicy: policy(declared.CreationPolicy),
    updatePolicy: policy(declared.UpdatePolicy),
    deletionPolicy,
    updateReplacePolicy: replacePolicy === "RetainExceptOnCreate" ? "Retain" : replacePolicy,
  };
}

/** https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/dynamic-references-ssm-secure-strings.html */
const secureTypes = ["AWS::IAM::User"];

export function evaluationEnvironment(facts: EvaluationFacts): EvaluationEnvironment {
  const { program } = facts;
  return {
    names: program.names,
    mappings: program.template.mappings,
    condition: (name) => program.conditions[name] ?? false,
    resource: facts.known,
    lookup: facts.lookup,
  };
}

function readPolicy(
  value: TemplateValue | undefined,
  attribute: "DeletionPolicy" | "UpdateReplacePolicy",
  type: LoadedType,
  env: EvaluationEnvironment,
): DeletionPolicy {
  if (value === undefined) return "Delete";
  const policy = evaluate(value, env);
  const allowed = attribute === "DeletionPolicy" ? deletionPolicies : replacePolicies;
  if (typeof policy !== "string" || !allowed.includes(policy))
    throw new TemplateError(
      `Template error: ${attribute} must be one of [${allowed.join(", ")}], not ${JSON.stringify(policy)}`,
    );
  if (policy === "Snapshot" && !type.definition.snapshot)
    throw new TemplateError(
      `Template error: resource type ${type.definition.type} does not support ${attribute === "DeletionPolicy" ? "deletion" : "update replace"} policy Snapshot`,
    );
  return policy as DeletionPolicy;
}

const deletionPolicies = ["Delete", "Retain", "RetainExceptOnCreate", "Snapshot"];
const replacePolicies = ["Delete", "Retain", "Snapshot"];

function allTags(
  schema: ResourceSchema,
  properties: Properties,
  stackTags: Tags,
  { stack, logicalId }: { stack: { arn: string; name: string }; logicalId: string },
): Tags {
  if (schema.tags === undefined) return {};
  const own: Tags = {};
  const given: unknown = properties[schema.tags];
  if (Array.isArray(given))
    for (const tag of given as Record<string, unknown>[]) {
      if (typeof tag["Key"] === "string") own[tag["Key"]] = textOf(tag["Value"] ?? "");
    }
  else if (isObject(given))
    for (const [key, value] of Object.entries(given)) own[key] = textOf(value);
  return {
    ...stackTags,
    ...own,
    ...(schema.systemTags !== false && {
      "aws:cloudformation:stack-name": stack.name,
      "aws:cloudformation:stack-id": stack.arn,
      "aws:cloudformation:logical-id": logicalId,
    }),
  };
}

/** What Ref and Fn::GetAtt see of a resource that exists. */
export function knownFromRecord(record: ResourceRecord | undefined): KnownResource | undefined {
  if (record?.physicalId === undefined) return undefined;
  return {
    ref: record.ref ?? record.physicalId,
    type: record.type,
    ...(isCustomType(record.type)
      ? {
          noEcho: record.attributes["noEcho"] === true,
          attribute: (name) => customAttribute(record.attributes, name),
        }
      : {
          attribute: (name) =>
            readPath(record.attributes, name) ?? readPath(record.properties, name),
        }),
  };
}

/** "Endpoint.Address" is the member Address of Endpoint, or a name of its own. */
function readPath(object: Properties, path: string): Evaluated | undefined {
  if (Object.hasOwn(object, path)) return object[path] as Evaluated;
  let value: unknown = object;
  for (const part of path.split("."))
    value = isObject(value) && Object.hasOwn(value, part) ? value[part] : undefined;
  return value as Evaluated | undefined;
}

/** The top-level properties in which two states differ. */
export function changedProperties(before: Properties, after: Properties): string[] {
  return [...new Set([...Object.keys(before), ...Object.keys(after)])]
    .filter((name) => !isDeepStrictEqual(before[name], after[name]))
    .sort();
}

/** True when a change of these properties makes a new resource. */
export function needsReplacement(
  { definition, schema }: LoadedType,
  changed: readonly string[],
  before: Properties,
  { properties, updatePolicy }: { properties: Properties; updatePolicy?: Properties | undefined },
): boolean {
  if (changed.length > 0 && !definition.update) return true;
  if (definition.replaces?.(changed, updatePolicy, properties, before)) return true;
  const fixed = (schema.createOnly ?? []).filter((path) => !definition.keptBy?.includes(path));
  return [...fixed, ...(definition.replacedBy ?? [])].some(
    (path) =>
      changed.includes(path.split(".")[0]!) &&
      !isDeepStrictEqual(readPath(before, path), readPath(properties, path)),
  );
}
