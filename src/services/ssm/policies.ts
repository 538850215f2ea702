/** Parameter policies. https://docs.aws.amazon.com/systems-manager/latest/userguide/parameter-store-policies.html */
import { isoMillis, parseIso } from "#runtime/date.ts";
import {
  incompatiblePolicy,
  invalidPolicyAttribute,
  invalidPolicyType,
  policiesLimitExceeded,
  validationException,
} from "./errors.ts";
import { mostPolicies } from "./limits.ts";
import type { ParameterPolicy, ParameterVersion } from "./records.ts";

interface RawPolicy {
  Type?: unknown;
  Version?: unknown;
  Attributes?: Record<string, unknown>;
}

/** Reads the request's text; an empty list takes the policies away. Throws what PutParameter throws. */
export function parsePolicies(text: string): ParameterPolicy[] {
  let raw: unknown;
  try {
    raw = JSON.parse(text);
  } catch {
    raw = undefined;
  }
  if (!Array.isArray(raw))
    throw validationException(
      "The policies in the request aren't valid JSON. Verify the policies and try again.",
    );
  if (raw.length > mostPolicies) throw policiesLimitExceeded(mostPolicies);
  const policies = raw.map((one) => parsePolicy((one ?? {}) as RawPolicy));
  const types = policies.map(({ type }) => type);
  if (types.filter((type) => type === "Expiration").length > 1)
    throw incompatiblePolicy("A parameter can have only one Expiration policy.");
  if (types.includes("ExpirationNotification") && !types.includes("Expiration"))
    throw incompatiblePolicy("An ExpirationNotification policy needs an Expiration policy.");
  return policies;
}

function parsePolicy(raw: RawPolicy): ParameterPolicy {
  const { Type: type, Attributes: attributes = {} } = raw;
  const text = JSON.stringify(raw);
  if (type === "Expiration") {
    const timestamp = attributes.Timestamp;
    const expiresMs = typeof timestamp === "string" ? parseIso(timestamp) : Number.NaN;
    if (Number.isNaN(expiresMs))
      throw invalidPolicyAttribute("The Timestamp of the Expiration policy isn't valid.");
    return { type, text, expiresMs };
  }
  if (type !== "ExpirationNotification" && type !== "NoChangeNotification")
    throw invalidPolicyType(String(type));
  const { Unit: unit } = attributes;
  const amount = type === "NoChangeNotification" ? attributes.After : attributes.Before;
  if (!/^[1-9]\d*$/.test(String(amount)) || !["Days", "Hours"].includes(String(unit)))
    throw invalidPolicyAttribute(`The attributes of the ${type} policy aren't valid.`);
  return { type, text, spanMs: Number(amount) * (unit === "Days" ? 24 : 1) * hourMs };
}

const hourMs = 3_600_000;

/** When a policy has something to do. */
export function dueMs(policy: ParameterPolicy, { policies, modifiedMs }: ParameterVersion): number {
  const never = Number.POSITIVE_INFINITY;
  if (policy.type === "Expiration") return policy.expiresMs ?? never;
  const spanMs = policy.spanMs ?? never;
  if (policy.type === "NoChangeNotification") return modifiedMs + spanMs;
  const expiresMs = policies.find(({ type }) => type === "Expiration")?.expiresMs ?? never;
  return expiresMs - spanMs;
}

export function reasonFor({ type, expiresMs, spanMs = 0 }: ParameterPolicy): string {
  const hours = spanMs / hourMs;
  if (type === "Expiration") return `The parameter expired at ${isoMillis(expiresMs ?? 0)}.`;
  if (type === "ExpirationNotification") return `The parameter expires within ${hours} hours.`;
  return `The parameter has not been changed for ${hours} hours.`;
}
