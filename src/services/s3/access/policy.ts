/** Bucket policies: reading, and deciding for a visitor. https://docs.aws.amazon.com/AmazonS3/latest/userguide/access-policy-language-overview.html */
import { BlockList, isIP } from "node:net";
import { malformedPolicy } from "../errors.ts";
import { maxPolicyBytes } from "../limits.ts";

type OneOrMany<T> = T | T[];

interface Statement {
  Effect: "Allow" | "Deny";
  Principal?: "*" | Record<string, OneOrMany<string>>;
  NotPrincipal?: "*" | Record<string, OneOrMany<string>>;
  Action?: OneOrMany<string>;
  NotAction?: OneOrMany<string>;
  Resource?: OneOrMany<string>;
  NotResource?: OneOrMany<string>;
  Condition?: Record<string, Record<string, OneOrMany<string | number | boolean>>>;
}

export interface Policy {
  Version?: string;
  Statement: OneOrMany<Statement>;
}

/** Who asks, and how; account and ARN are missing for someone without credentials. */
export interface Visitor {
  account: string | undefined;
  arn: string | undefined;
  sourceIp: string;
  userAgent: string;
  referer?: string | undefined;
  secureTransport: boolean;
}

export interface Request {
  /** "s3:GetObject" */
  action: string;
  /** "arn:aws:s3:::bucket/key" */
  resource: string;
}

const list = <T>(value: OneOrMany<T> | undefined): T[] =>
  value === undefined ? [] : Array.isArray(value) ? value : [value];

/** Throws MalformedPolicy as PutBucketPolicy does. */
export function parsePolicy(text: string, bucket: string): Policy {
  if (Buffer.byteLength(text) > maxPolicyBytes)
    throw malformedPolicy(
      "Normalized policy document exceeds the maximum allowed size of 20480 bytes.",
    );
  let policy: Policy;
  try {
    policy = JSON.parse(text) as Policy;
  } catch {
    throw malformedPolicy("Policies must be valid JSON and the first byte must be '{'");
  }
  if (typeof policy !== "object" || policy === null || Array.isArray(policy))
    throw malformedPolicy("Policies must be valid JSON and the first byte must be '{'");
  if (policy.Statement === undefined) throw malformedPolicy("Missing required field Statement");
  for (const statement of list(policy.Statement)) checkStatement(statement, bucket);
  return policy;
}

function checkStatement(statement: Statement, bucket: string): void {
  if (statement.Effect !== "Allow" && statement.Effect !== "Deny")
    throw malformedPolicy(
      statement.Effect === undefined
        ? "Missing required field Effect"
        : `Invalid effect: ${String(statement.Effect)}`,
    );
  if (statement.Principal === undefined && statement.NotPrincipal === undefined)
    throw malformedPolicy("Missing required field Principal");
  if (statement.Action === undefined && statement.NotAction === undefined)
    throw malformedPolicy("Missing required field Action");
  const resources = [...list(statement.Resource), ...list(statement.NotResource)];
  if (resources.length === 0) throw malformedPolicy("Missing required field Resource");
  const own = new RegExp(
    `^(\\*|arn:aws[a-z-]*:s3:::(${escapePattern(bucket)}|[^/]*[*?][^/]*)(/.*)?)$`,
    "s",
  );
  if (!resources.every((resource) => own.test(resource)))
    throw malformedPolicy("Policy has invalid resource");
  for (const action of [...list(statement.Action), ...list(statement.NotAction)])
    if (action !== "*" && !/^s3:/i.test(action)) throw malformedPolicy("Policy has invalid action");
}

/** Undefined when no statement speaks of the request. */
export function decide(
  policy: Policy,
  visitor: Visitor,
  request: Request,
): "Allow" | "Deny" | undefined {
  let allowed: "Allow" | undefined;
  for (const statement of list(policy.Statement)) {
    if (!speaksOf(statement, visitor, request)) continue;
    if (statement.Effect === "Deny") return "Deny";
    allowed = "Allow";
  }
  return allowed;
}

/** True when a statement denies the request whose every condition is understood. */
export function denies(policy: Policy, visitor: Visitor, request: Request): boolean {
  return list(policy.Statement).some(
    (statement) =>
      statement.Effect === "Deny" &&
      isUnderstood(statement, visitor) &&
      speaksOf(statement, visitor, request),
  );
}

function isUnderstood({ Condition }: Statement, visitor: Visitor): boolean {
  return Object.entries(Condition ?? {}).every(([operator, keys]) =>
    Object.entries(keys).every(
      ([key, wanted]) =>
        meetsOne(operator, contextValue(key, visitor), list(wanted).map(String)) !== undefined,
    ),
  );
}

function speaksOf(statement: Statement, visitor: Visitor, { action, resource }: Request): boolean {
  const { Principal, NotPrincipal, Action, NotAction, Resource, NotResource } = statement;
  if (Principal !== undefined ? !isAmong(Principal, visitor) : isAmong(NotPrincipal, visitor))
    return false;
  const names = (patterns: OneOrMany<string> | undefined, text: string, fold: boolean) =>
    list(patterns).some((pattern) => matches(pattern, text, fold));
  if (Action !== undefined ? !names(Action, action, true) : names(NotAction, action, true))
    return false;
  if (
    Resource !== undefined ? !names(Resource, resource, false) : names(NotResource, resource, false)
  )
    return false;
  return meets(statement, visitor);
}

function isAmong(principal: Statement["Principal"], { account, arn }: Visitor): boolean {
  if (principal === undefined) return false;
  if (principal === "*") return true;
  return list(principal.AWS).some(
    (name) =>
      name === "*" ||
      (account !== undefined && (name === account || name === `arn:aws:iam::${account}:root`)) ||
      (arn !== undefined && name === arn),
  );
}

/** A condition that is not understood never lets anybody in, and keeps everybody out. */
function meets({ Effect, Condition }: Statement, visitor: Visitor): boolean {
  for (const [operator, keys] of Object.entries(Condition ?? {}))
    for (const [key, wanted] of Object.entries(keys)) {
      const met = meetsOne(operator, contextValue(key, visitor), list(wanted).map(String));
      if (met === undefined) return Effect === "Deny";
      if (!met) return false;
    }
  return true;
}

/** Null for a key that is understood and has no value. */
function contextValue(key: string, visitor: Visitor): string | null | undefined {
  switch (key.toLowerCase()) {
    case "aws:sourceip":
      return visitor.sourceIp;
    case "aws:useragent":
      return visitor.userAgent;
    case "aws:referer":
      return visitor.referer ?? null;
    case "aws:principalaccount":
      return visitor.account ?? null;
    case "aws:principalarn":
      return visitor.arn ?? null;
    case "aws:securetransport":
      return String(visitor.secureTransport);
    default:
      return undefined;
  }
}

function meetsOne(
  operator: string,
  value: string | null | undefined,
  wanted: readonly string[],
): boolean | undefined {
  if (value === undefined) return undefined;
  const optional = operator.endsWith("IfExists");
  const name = optional ? operator.slice(0, -"IfExists".length) : operator;
  if (name === "Null") return wanted.includes(String(value === null));
  if (value === null) return optional || /Not/.test(name);
  switch (name) {
    case "StringEquals":
    case "Bool":
      return wanted.some(
        (text) => text.toLowerCase() === value.toLowerCase() && (name === "Bool" || text === value),
      );
    case "StringNotEquals":
      return !wanted.includes(value);
    case "StringEqualsIgnoreCase":
      return wanted.some((text) => text.toLowerCase() === value.toLowerCase());
    case "StringLike":
    case "ArnLike":
    case "ArnEquals":
      return wanted.some((pattern) => matches(pattern, value, false));
    case "StringNotLike":
    case "ArnNotLike":
    case "ArnNotEquals":
      return !wanted.some((pattern) => matches(pattern, value, false));
    case "IpAddress":
      return isWithin(value, wanted);
    case "NotIpAddress":
      return !isWithin(value, wanted);
    default:
      return undefined;
  }
}

function isWithin(address: string, ranges: readonly string[]): boolean {
  const family = isIP(address) === 6 ? "ipv6" : "ipv4";
  return ranges.some((range) => {
    const [network = "", prefix] = range.split("/");
    if (isIP(network) === 0) return false;
    const inFamily = isIP(network) === 6 ? "ipv6" : "ipv4";
    const block = new BlockList();
    block.addSubnet(network, Number(prefix ?? (inFamily === "ipv6" ? 128 : 32)), inFamily);
    return block.check(address, family);
  });
}

function matches(pattern: string, text: string, foldCase: boolean): boolean {
  const source = escapePattern(pattern).replaceAll("\\*", ".*").replaceAll("\\?", ".");
  return new RegExp(`^${source}$`, foldCase ? "is" : "s").test(text);
}

function escapePattern(text: string): string {
  return text.replaceAll(/[.*+?^${}()|[\]\\]/g, String.raw`\$&`);
}

/** True when a statement lets everybody in. https://docs.aws.amazon.com/AmazonS3/latest/userguide/access-control-block-public-access.html#access-control-block-public-access-policy-status */
export function isPublic(policy: Policy): boolean {
  const narrowing =
    /^aws:(sourceip|sourcearn|sourcevpc|sourcevpce|sourceaccount|sourceowner|userid|principalaccount|principalarn|principalorgid)$/i;
  return list(policy.Statement).some(({ Effect, Principal, Condition }) => {
    if (Effect !== "Allow") return false;
    const everybody =
      Principal === "*" || (typeof Principal === "object" && list(Principal.AWS).includes("*"));
    if (!everybody) return false;
    const narrowed = Object.values(Condition ?? {}).some((keys) =>
      Object.entries(keys).some(
        ([key, values]) =>
          narrowing.test(key) && !list(values).some((value) => /[*?]|\/0$/.test(String(value))),
      ),
    );
    return !narrowed;
  });
}
