/**
 * Traffic policy documents: endpoints, and rules that lead to them or to one another.
 * https://docs.aws.amazon.com/Route53/latest/APIReference/api-policies-traffic-policy-document-format.html
 */
import { invalidDocument } from "../errors.ts";
import { parseValue, recordTypes, type RecordType } from "../values/parse.ts";
import { ValueProblem } from "../values/problem.ts";

/** Where a rule leads, and what it says about it: a weight, a place, a region. */
export interface Branch {
  target: { endpoint: string } | { rule: string };
  evaluateTargetHealth: boolean;
  healthCheckId: string | undefined;
  /** As it stands in the document. */
  given: Readonly<Record<string, unknown>>;
}

export type RuleType = "failover" | "geo" | "geoproximity" | "latency" | "multivalue" | "weighted";

export interface Rule {
  type: RuleType;
  branches: Branch[];
}

/** A value of the document's type, or the name of something of AWS. */
export type Endpoint = { value: string } | { name: string };

export interface PolicyDocument {
  type: RecordType;
  start: { endpoint: string } | { rule: string };
  endpoints: ReadonlyMap<string, Endpoint>;
  rules: ReadonlyMap<string, Rule>;
}

/** Numbers and truth values may come as text or as they are. */
export function textOf(value: unknown): string {
  return typeof value === "string" ? value : (JSON.stringify(value) ?? "");
}

const versions = ["2015-10-01", "2023-05-09"];

/** Throws InvalidTrafficPolicyDocument, saying what is wrong. */
export function parseDocument(text: string): PolicyDocument {
  const document = objectOf(jsonOf(text), "The document");
  const { AWSPolicyFormatVersion: version, RecordType, StartEndpoint, StartRule } = document;
  if (!versions.includes(version as string))
    throw invalidDocument(`AWSPolicyFormatVersion is not one of ${versions.join(", ")}.`);
  const type = recordTypes.find((one) => one === RecordType && one !== "SOA" && one !== "NS");
  if (!type) throw invalidDocument(`The record type ${textOf(RecordType)} is not supported.`);
  if ((StartEndpoint === undefined) === (StartRule === undefined))
    throw invalidDocument("Exactly one of StartEndpoint and StartRule must be given.");
  const parsed: PolicyDocument = {
    type,
    start:
      StartRule === undefined ? { endpoint: textOf(StartEndpoint) } : { rule: textOf(StartRule) },
    endpoints: mapOf(document["Endpoints"], "Endpoints", (one, id) => endpointOf(one, id, type)),
    rules: mapOf(document["Rules"], "Rules", ruleOf),
  };
  checkTarget(parsed, parsed.start, []);
  for (const id of parsed.rules.keys()) checkTarget(parsed, { rule: id }, []);
  return parsed;
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    // The parser's own words say nothing about traffic policies.
    throw invalidDocument("The document is not valid JSON.");
  }
}

function objectOf(value: unknown, what: string): Record<string, unknown> {
  if (typeof value !== "object" || value === null || Array.isArray(value))
    throw invalidDocument(`${what} must be an object.`);
  return value as Record<string, unknown>;
}

function mapOf<T>(
  value: unknown,
  what: string,
  parse: (one: Record<string, unknown>, id: string) => T,
): Map<string, T> {
  const entries = Object.entries(objectOf(value ?? {}, what));
  return new Map(entries.map(([id, one]) => [id, parse(objectOf(one, `${what}.${id}`), id)]));
}

/** Types of AWS's own endpoints that are reached by their name. */
const named = [
  "application-load-balancer",
  "cloudfront",
  "elastic-beanstalk",
  "elastic-load-balancer",
  "network-load-balancer",
];

function endpointOf(one: Record<string, unknown>, id: string, type: RecordType): Endpoint {
  const { Type = "value", Value, Region } = one;
  if (typeof Value !== "string" || Value === "")
    throw invalidDocument(`The endpoint ${id} has no value.`);
  if (Type === "s3-website") {
    if (typeof Region !== "string") throw invalidDocument(`The endpoint ${id} has no region.`);
    return { name: `s3-website-${Region}.amazonaws.com` };
  }
  if (named.includes(Type as string)) return { name: Value };
  if (Type !== "value")
    throw invalidDocument(`The endpoint ${id} has an unknown type: ${textOf(Type)}.`);
  try {
    parseValue(type, Value);
  } catch (error) {
    if (error instanceof ValueProblem)
      throw invalidDocument(`The endpoint ${id}: ${error.message}`);
    throw error;
  }
  return { value: Value };
}

/** Where each type of rule keeps its branches. */
const branchesOf: Readonly<Record<RuleType, readonly string[]>> = {
  failover: ["Primary", "Secondary"],
  geo: ["Locations"],
  geoproximity: ["GeoproximityLocations", "GeoProximityLocations"],
  latency: ["Regions"],
  multivalue: ["Items"],
  weighted: ["Items"],
};

function ruleOf(one: Record<string, unknown>, id: string): Rule {
  const type = one["RuleType"] as RuleType;
  const members = Object.hasOwn(branchesOf, type) ? branchesOf[type] : undefined;
  if (!members) throw invalidDocument(`The rule ${id} has an unknown type: ${textOf(type)}.`);
  const given = members.flatMap((name) => {
    const value = one[name];
    if (value === undefined) return [];
    const list: unknown[] = Array.isArray(value) ? value : [value];
    return list.map((item) => branchOf(objectOf(item, `${id}.${name}`), id, type, name));
  });
  if (given.length === 0) throw invalidDocument(`The rule ${id} leads nowhere.`);
  return { type, branches: given };
}

function branchOf(
  item: Record<string, unknown>,
  rule: string,
  type: RuleType,
  member: string,
): Branch {
  const { EndpointReference: endpoint, RuleReference, HealthCheck, EvaluateTargetHealth } = item;
  if ((endpoint === undefined) === (RuleReference === undefined))
    throw invalidDocument(
      `Exactly one of EndpointReference and RuleReference must be given in the rule ${rule}.`,
    );
  if (type === "multivalue" && RuleReference !== undefined)
    throw invalidDocument(`The multivalue answer rule ${rule} can lead to endpoints only.`);
  return {
    target:
      endpoint === undefined ? { rule: textOf(RuleReference) } : { endpoint: textOf(endpoint) },
    evaluateTargetHealth: textOf(EvaluateTargetHealth) === "true",
    healthCheckId:
      HealthCheck === undefined || HealthCheck === "" ? undefined : textOf(HealthCheck),
    given: type === "failover" ? { ...item, Failover: member.toUpperCase() } : item,
  };
}

/** Every reference must lead to something, and none back to where it came from. */
function checkTarget(
  { endpoints, rules }: PolicyDocument,
  target: Branch["target"],
  above: readonly string[],
): void {
  if ("endpoint" in target) {
    if (!endpoints.has(target.endpoint))
      throw invalidDocument(`There is no endpoint ${target.endpoint}.`);
    return;
  }
  const rule = rules.get(target.rule);
  if (!rule) throw invalidDocument(`There is no rule ${target.rule}.`);
  if (above.includes(target.rule))
    throw invalidDocument(`The rule ${target.rule} leads to itself.`);
  const path = [...above, target.rule];
  for (const branch of rule.branches)
    checkTarget({ endpoints, rules } as PolicyDocument, branch.target, path);
}
