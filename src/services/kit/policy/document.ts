/** A policy document as IAM's grammar describes it, lists always lists. Knows nothing of whether it is a good one. */

export type PrincipalKind = "AWS" | "Service" | "Federated" | "CanonicalUser";

/** "*" or, per kind, who is meant. */
export type PolicyPrincipal = "*" | Partial<Record<PrincipalKind, string[]>>;

export interface PolicyStatement {
  sid?: string;
  effect: "Allow" | "Deny";
  principal?: PolicyPrincipal;
  notPrincipal?: PolicyPrincipal;
  actions?: string[];
  notActions?: string[];
  resources?: string[];
  notResources?: string[];
  /** Operator to condition key to values. */
  conditions: Record<string, Record<string, string[]>>;
}

export interface PolicyDocument {
  version: "2012-10-17" | "2008-10-17";
  statements: PolicyStatement[];
}

type Json = Record<string, unknown>;

/**
 * Reads a document that was checked when it was stored; undefined when it does not follow the grammar.
 * https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_grammar.html
 */
export function parsePolicy(text: string): PolicyDocument | undefined {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch {
    return undefined;
  }
  if (!isObject(json)) return undefined;
  const statements: PolicyStatement[] = [];
  for (const raw of Array.isArray(json.Statement) ? json.Statement : [json.Statement]) {
    const statement = isObject(raw) ? parseStatement(raw) : undefined;
    if (!statement) return undefined;
    statements.push(statement);
  }
  return { version: json.Version === "2012-10-17" ? "2012-10-17" : "2008-10-17", statements };
}

function parseStatement(raw: Json): PolicyStatement | undefined {
  if (raw.Effect !== "Allow" && raw.Effect !== "Deny") return undefined;
  const principal = parsePrincipal(raw.Principal);
  const notPrincipal = parsePrincipal(raw.NotPrincipal);
  const actions = listOf(raw.Action);
  const notActions = listOf(raw.NotAction);
  const resources = listOf(raw.Resource);
  const notResources = listOf(raw.NotResource);
  const conditions: PolicyStatement["conditions"] = {};
  for (const [operator, keys] of Object.entries(isObject(raw.Condition) ? raw.Condition : {})) {
    if (!isObject(keys)) return undefined;
    conditions[operator] = Object.fromEntries(
      Object.entries(keys).map(([key, values]) => [key, listOf(values) ?? []]),
    );
  }
  return {
    ...(typeof raw.Sid === "string" && { sid: raw.Sid }),
    effect: raw.Effect,
    ...(principal && { principal }),
    ...(notPrincipal && { notPrincipal }),
    ...(actions && { actions }),
    ...(notActions && { notActions }),
    ...(resources && { resources }),
    ...(notResources && { notResources }),
    conditions,
  };
}

function parsePrincipal(raw: unknown): PolicyPrincipal | undefined {
  if (raw === "*") return "*";
  if (!isObject(raw)) return undefined;
  return Object.fromEntries(
    Object.entries(raw).map(([kind, names]) => [kind, listOf(names) ?? []]),
  );
}

function listOf(raw: unknown): string[] | undefined {
  if (raw === undefined) return undefined;
  return (Array.isArray(raw) ? raw : [raw]).map(String);
}

export function isObject(value: unknown): value is Json {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
