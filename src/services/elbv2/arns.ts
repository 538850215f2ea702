/**
 * Names and ARNs: loadbalancer/app/NAME/ID, listener/app/NAME/ID/ID, listener-rule/app/NAME/ID/ID/ID,
 * targetgroup/NAME/ID. https://docs.aws.amazon.com/service-authorization/latest/reference/list_awselasticloadbalancingv2.html
 */
import type { Random } from "#runtime/random.ts";
import type { Scope } from "#store/collection.ts";
import { formatArn, parseArn } from "#services/kit/arn.ts";
import { invalidArn, validationError } from "./errors.ts";
import { limits } from "./limits.ts";

const service = "elasticloadbalancing";

export const newId = (random: Random) => random.hex(16);

export function loadBalancerArn(
  scope: Scope,
  kind: "app" | "net",
  name: string,
  id: string,
): string {
  return formatArn(service, scope, `loadbalancer/${kind}/${name}/${id}`);
}

export function targetGroupArn(scope: Scope, name: string, id: string): string {
  return formatArn(service, scope, `targetgroup/${name}/${id}`);
}

export function listenerArn(loadBalancer: string, id: string): string {
  return `${loadBalancer.replace(":loadbalancer/", ":listener/")}/${id}`;
}

export function ruleArn(listener: string, id: string): string {
  return `${listener.replace(":listener/", ":listener-rule/")}/${id}`;
}

/** "app/NAME/ID" and "targetgroup/NAME/ID": the values of CloudWatch's dimensions. */
export function fullName(arn: string): string {
  return arn.slice(arn.lastIndexOf(":") + 1).replace(/^loadbalancer\//, "");
}

export function trustStoreArn(scope: Scope, name: string, id: string): string {
  return formatArn(service, scope, `truststore/${name}/${id}`);
}

export type ArnKind =
  | "load balancer"
  | "listener"
  | "listener rule"
  | "target group"
  | "trust store";

const shapes: Record<ArnKind, RegExp> = {
  "load balancer": /^loadbalancer\/(?:app|net|gwy)\/([^/]+)\/([^/]+)$/,
  listener: /^listener\/(?:app|net|gwy)\/([^/]+)\/[^/]+\/([^/]+)$/,
  "listener rule": /^listener-rule\/(?:app|net)\/([^/]+)\/[^/]+\/([^/]+)\/([^/]+)$/,
  "trust store": /^truststore\/([^/]+)\/([^/]+)$/,
  "target group": /^targetgroup\/([^/]+)\/([^/]+)$/,
};

/** The names and ids within an ARN; the key of the record in the order of the collections. */
export function readArn(kind: ArnKind, arn: string | undefined): [string, ...string[]] {
  const parsed = parseArn(arn ?? "");
  const match = parsed?.service === service ? shapes[kind].exec(parsed.resource) : null;
  if (!match) throw invalidArn(kind, arn ?? "");
  return match.slice(1) as [string, ...string[]];
}

export function kindOf(arn: string): ArnKind | undefined {
  const resource = parseArn(arn)?.resource ?? "";
  return (Object.keys(shapes) as ArnKind[]).find((kind) => shapes[kind].test(resource));
}

export function checkName(
  what: "load balancer" | "target group",
  name: string | undefined,
): string {
  const title = what === "load balancer" ? "Load balancer name" : "Target group name";
  if (!name) throw validationError(`A ${what} name must be specified`);
  if (name.length > limits.nameLength)
    throw validationError(
      `${title} '${name}' cannot be longer than '${limits.nameLength}' characters`,
    );
  if (!/^[A-Za-z0-9-]+$/.test(name))
    throw validationError(
      `${title} '${name}' can only contain characters that are alphanumeric characters or hyphens(-)`,
    );
  if (what === "target group" && /^-|--|-$/.test(name))
    throw validationError(
      `1 validation error detected: Value '${name}' at 'targetGroup.targetGroupArn.targetGroupName' failed to satisfy constraint: Member must satisfy regular expression pattern: (?!.*--)(?!^-)(?!.*-$)^[A-Za-z0-9-]+$`,
    );
  if (name.startsWith("-") || name.endsWith("-"))
    throw validationError(`${title} '${name}' cannot begin or end with '-'`);
  if (what === "load balancer" && name.startsWith("internal-"))
    throw validationError(`${title} '${name}' cannot begin with 'internal-'`);
  return name;
}
