/**
 * What IAM refuses when a policy document is stored.
 * https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_grammar.html
 */
import { isConditionOperator } from "#services/kit/policy/conditions.ts";
import { isObject } from "#services/kit/policy/document.ts";
import { malformedPolicyDocument } from "../errors.ts";

type Json = Record<string, unknown>;

const topElements = new Set(["Version", "Id", "Statement"]);
const statementElements = new Set([
  "Sid",
  "Effect",
  "Principal",
  "NotPrincipal",
  "Action",
  "NotAction",
  "Resource",
  "NotResource",
  "Condition",
]);
const syntaxErrors = "Syntax errors in policy.";

/** For managed and inline policies of identities. Throws MalformedPolicyDocument. */
export function checkIdentityPolicy(document: string): void {
  const policy = readPolicy(document);
  if (policy.Version !== undefined && policy.Version !== "2012-10-17")
    throw malformedPolicyDocument("Policy document must be version 2012-10-17 or greater.");
  for (const statement of statementsOf(policy)) {
    if ("Principal" in statement || "NotPrincipal" in statement)
      throw malformedPolicyDocument("Policy document should not specify a principal.");
    checkActions(statement);
    const resources = listOf(statement, "Resource", "NotResource");
    if (resources.length === 0)
      throw malformedPolicyDocument("Policy statement must contain resources.");
    for (const resource of resources) checkResource(resource);
  }
  checkStatementIds(policy);
}

/** For the policies that say who may assume a role. Throws MalformedPolicyDocument. */
export function checkTrustPolicy(document: string): void {
  const policy = readPolicy(document);
  if (
    policy.Version !== undefined &&
    policy.Version !== "2012-10-17" &&
    policy.Version !== "2008-10-17"
  )
    throw malformedPolicyDocument(syntaxErrors);
  for (const statement of statementsOf(policy)) {
    if ("Resource" in statement || "NotResource" in statement)
      throw malformedPolicyDocument("Has prohibited field Resource");
    if (!("Principal" in statement) && !("NotPrincipal" in statement))
      throw malformedPolicyDocument("Missing required field Principal");
    checkPrincipals(statement.Principal ?? statement.NotPrincipal);
    checkActions(statement);
    for (const action of listOf(statement, "Action", "NotAction"))
      if (action !== "*" && !/^sts:/i.test(action))
        throw malformedPolicyDocument("AssumeRole policy may only specify STS AssumeRole actions.");
  }
  checkStatementIds(policy);
}

function readPolicy(document: string): Json {
  let policy: unknown;
  try {
    policy = JSON.parse(document);
  } catch {
    throw malformedPolicyDocument("This policy contains invalid Json");
  }
  if (!isObject(policy)) throw malformedPolicyDocument(syntaxErrors);
  if (Object.keys(policy).some((name) => !topElements.has(name)))
    throw malformedPolicyDocument(syntaxErrors);
  if (policy.Id !== undefined && typeof policy.Id !== "string")
    throw malformedPolicyDocument(syntaxErrors);
  return policy;
}

function statementsOf(policy: Json): Json[] {
  const raw = Array.isArray(policy.Statement) ? policy.Statement : [policy.Statement];
  if (raw.length === 0) throw malformedPolicyDocument(syntaxErrors);
  for (const statement of raw) {
    if (!isObject(statement)) throw malformedPolicyDocument(syntaxErrors);
    const wellFormed =
      Object.keys(statement).every((name) => statementElements.has(name)) &&
      (statement.Effect === "Allow" || statement.Effect === "Deny") &&
      !("Action" in statement && "NotAction" in statement) &&
      !("Resource" in statement && "NotResource" in statement) &&
      (statement.Sid === undefined || typeof statement.Sid === "string");
    if (!wellFormed) throw malformedPolicyDocument(syntaxErrors);
    checkCondition(statement.Condition);
  }
  return raw as Json[];
}

function checkCondition(condition: unknown): void {
  if (condition === undefined) return;
  const wellFormed =
    isObject(condition) &&
    Object.entries(condition).every(
      ([operator, keys]) => isConditionOperator(operator) && isObject(keys),
    );
  if (!wellFormed) throw malformedPolicyDocument(syntaxErrors);
}

function checkActions(statement: Json): void {
  const actions = listOf(statement, "Action", "NotAction");
  if (actions.length === 0) throw malformedPolicyDocument("Policy statement must contain actions.");
  for (const action of actions) {
    if (action === "*") continue;
    const [vendor, ...rest] = action.split(":");
    if (rest.length === 0)
      throw malformedPolicyDocument(
        "Actions/Conditions must be prefaced by a vendor, e.g., iam, sdb, ec2, etc.",
      );
    if (rest.length > 1)
      throw malformedPolicyDocument("Actions/Condition can contain only one colon.");
    if (!/^([a-zA-Z0-9\-.]+|\*)$/.test(vendor!))
      throw malformedPolicyDocument(`Vendor ${vendor} is not valid`);
  }
}

function checkResource(resource: string): void {
  if (resource === "*") return;
  const [scheme, partition, service] = resource.split(":");
  if (scheme !== "arn" || partition === undefined)
    throw malformedPolicyDocument(`Resource ${resource} must be in ARN format or "*".`);
  if (partition !== "*" && !/^(aws(-[a-z]+)*|\$\{.*\}?)$/.test(partition))
    throw malformedPolicyDocument(
      `Partition "${partition}" is not valid for resource "${resource}".`,
    );
  if (service === undefined)
    throw malformedPolicyDocument(
      "Resource vendor must be fully qualified and cannot contain regexes.",
    );
}

/** https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_principal.html */
function checkPrincipals(principal: unknown): void {
  if (principal === "*") return;
  if (!isObject(principal) || Object.keys(principal).length === 0)
    throw malformedPolicyDocument("Invalid principal in policy.");
  for (const kind of Object.keys(principal)) {
    if (!["AWS", "Service", "Federated", "CanonicalUser"].includes(kind))
      throw malformedPolicyDocument("Invalid principal in policy.");
    const names = listOf(principal, kind);
    if (names.length === 0) throw malformedPolicyDocument("Invalid principal in policy.");
    for (const name of names) if (!isPrincipal(kind, name)) throw invalidPrincipal(kind, name);
  }
}

function isPrincipal(kind: string, name: string): boolean {
  if (kind === "AWS")
    return /^(\*|\d{12}|A[A-Z2-7]{15,}|arn:aws[a-z-]*:(iam|sts)::(\d{12}):(root|(user|role|assumed-role|federated-user)\/.+))$/.test(
      name,
    );
  if (kind === "Service")
    return /^[a-z0-9-]+(\.[a-z0-9-]+)*\.(amazonaws\.com(\.cn)?|amazon\.com|aws\.internal|aws\.dev)$/.test(
      name,
    );
  return name.length > 0;
}

function invalidPrincipal(kind: string, name: string) {
  return malformedPolicyDocument(`Invalid principal in policy: "${kind}":"${name}"`);
}

function checkStatementIds(policy: Json): void {
  const ids = statementsOf(policy).flatMap(({ Sid }) => (Sid ? [Sid] : []));
  if (new Set(ids).size !== ids.length)
    throw malformedPolicyDocument("Statement IDs (SID) in a single policy must be unique.");
}

/** The strings of the first element that is there; anything else in it is a syntax error. */
function listOf(statement: Json, ...names: string[]): string[] {
  const name = names.find((candidate) => candidate in statement);
  if (name === undefined) return [];
  const value = statement[name];
  const list: unknown[] = Array.isArray(value) ? value : [value];
  if (!list.every((item) => typeof item === "string")) throw malformedPolicyDocument(syntaxErrors);
  return list;
}
