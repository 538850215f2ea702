/** Policies as requests describe them, and where each may be used. */
import { createPublicKey } from "node:crypto";
import type { PolicyAttribute } from "@aws-sdk/client-elastic-load-balancing";
import {
  duplicatePolicy,
  invalidConfiguration,
  policyNotFound,
  policyTypeNotFound,
  tooManyPolicies,
  validationError,
} from "./errors.ts";
import { isHttp, isSecure } from "./listener-input.ts";
import { limits } from "./limits.ts";
import {
  appCookieType,
  backendType,
  balancerCookieType,
  policyTypes,
  proxyProtocolType,
  publicKeyType,
  type PolicyAttributeType,
} from "./policy-types.ts";
import type { ListenerRecord, LoadBalancerRecord, PolicyRecord } from "./records.ts";
import { negotiationOf } from "./security-config.ts";
import { negotiationType, predefinedPolicy, referenceAttribute } from "./security-policies.ts";

/** A policy of a request. Throws AWS's errors for a type that does not exist and attributes that it does not have. */
export function readPolicy(
  name: string,
  typeName: string,
  given: readonly PolicyAttribute[] | undefined,
): PolicyRecord {
  checkPolicyName(name);
  const type = policyTypes.find((one) => one.name === typeName);
  if (!type) throw policyTypeNotFound(typeName);
  const attributes = (given ?? []).map(({ AttributeName = "", AttributeValue = "" }) => ({
    name: AttributeName,
    value: AttributeValue,
  }));
  for (const attribute of attributes) {
    const known = type.attributes.find((one) => one.name === attribute.name);
    if (!known)
      throw invalidConfiguration(
        `Policy attribute ${attribute.name} is not valid for policy type ${typeName}`,
      );
    checkValue(known, attribute.value);
  }
  for (const { name: own, cardinality } of type.attributes) {
    const count = attributes.filter((attribute) => attribute.name === own).length;
    if (count === 0 ? cardinality !== "ZERO_OR_ONE" : count > 1 && cardinality !== "ONE_OR_MORE")
      throw invalidConfiguration(
        `Policy type ${typeName} takes the attribute ${own} with the cardinality ${cardinality}`,
      );
  }
  const policy = { name, type: typeName, attributes: referenced(typeName, attributes) };
  if (typeName === negotiationType && !negotiationOf(policy))
    throw invalidConfiguration(
      `Policy ${name} enables no protocol or no cipher that can be negotiated`,
    );
  return policy;
}

function checkPolicyName(name: string): void {
  if (!/^[A-Za-z0-9-]+$/.test(name))
    throw validationError(
      "Policy name cannot contain characters that are not letters, or digits or the dash.",
    );
  if (/^ELB(?:SecurityPolicy|Sample)-/.test(name))
    throw validationError(`Policy name ${name} begins with a prefix that is reserved`);
}

function checkValue({ name, type }: PolicyAttributeType, value: string): void {
  const fits =
    type === "Boolean"
      ? /^(?:true|false)$/i.test(value)
      : type === "Long"
        ? /^\d{1,18}$/.test(value)
        : value !== "";
  if (!fits || (name === "PublicKey" && !isPublicKey(value)))
    throw invalidConfiguration(`The value of the policy attribute ${name} is not valid`);
}

function isPublicKey(value: string): boolean {
  try {
    publicKeyOf(value);
    return true;
  } catch {
    // Whatever is wrong with it, it is none.
    return false;
  }
}

/** From the base64 of a PublicKey attribute, with or without the lines of PEM. */
export function publicKeyOf(value: string) {
  const base64 = value.replaceAll(/-----[A-Z ]+-----|\s/g, "");
  return createPublicKey({ key: Buffer.from(base64, "base64"), format: "der", type: "spki" });
}

/** A policy that refers to a predefined one tells that one's options as well. */
function referenced(type: string, attributes: PolicyRecord["attributes"]) {
  if (type !== negotiationType) return attributes;
  const reference = attributes.find(({ name }) => name === referenceAttribute);
  if (!reference) return attributes;
  const policy = predefinedPolicy(reference.value);
  if (!policy)
    throw invalidConfiguration(`The predefined security policy ${reference.value} does not exist`);
  if (attributes.length > 1)
    throw invalidConfiguration(
      `A policy that refers to a predefined security policy cannot have other attributes`,
    );
  return [reference, ...policy.attributes];
}

export function withPolicy(balancer: LoadBalancerRecord, policy: PolicyRecord): LoadBalancerRecord {
  const { policies, name } = balancer;
  if (policies.some((present) => present.name === policy.name)) throw duplicatePolicy(policy.name);
  if (policies.length >= limits.policiesPerLoadBalancer) throw tooManyPolicies();
  if (policy.type === backendType)
    for (const { value } of policy.attributes)
      if (findPolicy(balancer, value).type !== publicKeyType)
        throw invalidConfiguration(`Policy ${value} of load balancer ${name} has no public key`);
  return { ...balancer, policies: [...policies, policy] };
}

export function findPolicy({ name, policies }: LoadBalancerRecord, wanted: string): PolicyRecord {
  const found = policies.find((policy) => policy.name === wanted);
  if (!found) throw policyNotFound(wanted, name);
  return found;
}

/** Throws when a listener cannot have these policies. */
export function checkListenerPolicies(
  { protocol, port }: ListenerRecord,
  policies: readonly PolicyRecord[],
): void {
  const isSticky = ({ type }: PolicyRecord) =>
    type === appCookieType || type === balancerCookieType;
  for (const policy of policies) {
    const { name, type } = policy;
    const fits = isSticky(policy)
      ? isHttp(protocol)
      : type === negotiationType && isSecure(protocol);
    if (!fits)
      throw invalidConfiguration(
        `Policy ${name} of type ${type} cannot be used with the ${protocol} listener on port ${port}`,
      );
  }
  const types = [
    policies.filter(isSticky),
    policies.filter(({ type }) => type === negotiationType),
  ];
  if (types.some((same) => same.length > 1))
    throw invalidConfiguration(
      `The listener on port ${port} can have one policy for stickiness and one for SSL negotiation`,
    );
}

/** Throws when an instance port cannot have these policies. */
export function checkBackendPolicies(
  { listeners, name: balancer }: LoadBalancerRecord,
  port: number,
  policies: readonly PolicyRecord[],
): void {
  // A port without policies may be one that no listener has any more.
  if (policies.length === 0) return;
  const own = listeners.filter(({ instancePort }) => instancePort === port);
  if (own.length === 0)
    throw invalidConfiguration(
      `No listener of load balancer ${balancer} has the InstancePort ${port}`,
    );
  for (const { name, type } of policies) {
    const fits =
      type === backendType
        ? own.every(({ instanceProtocol }) => isSecure(instanceProtocol))
        : type === proxyProtocolType && own.every(({ protocol }) => !isHttp(protocol));
    if (!fits)
      throw invalidConfiguration(
        `Policy ${name} of type ${type} cannot be used with the instance port ${port}`,
      );
  }
}
