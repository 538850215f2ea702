/** The health check in Route 53 that a service asks for, for one of its instances. */
import { createHash } from "node:crypto";
import { AwsError } from "#model/error.ts";
import type { Client, Environment } from "#services/kit/service.ts";
import type { Scope } from "#store/collection.ts";
import {
  instances,
  type InstanceRecord,
  type NamespaceRecord,
  type ServiceRecord,
} from "../records.ts";

type Env = Pick<Environment, "store">;

/** What the check looks at; undefined when there is to be none. */
function desiredConfig(
  namespace: NamespaceRecord,
  { name, healthCheck }: ServiceRecord,
  { attributes, phase }: InstanceRecord,
) {
  const { AWS_INSTANCE_IPV4: ipv4, AWS_INSTANCE_IPV6: ipv6, AWS_INSTANCE_PORT: port } = attributes;
  const IPAddress = ipv4 ?? ipv6;
  // Registered before the service asked for checks, an instance may lack what they need.
  if (!healthCheck || phase === "deregistering" || IPAddress === undefined) return undefined;
  const { Type, ResourcePath = "/", FailureThreshold = 1 } = healthCheck;
  return {
    Type,
    IPAddress,
    // "Route 53 automatically adds the DNS name for the service" to the path (API_HealthCheckConfig).
    ...(Type !== "TCP" &&
      namespace.type === "DNS_PUBLIC" && { FullyQualifiedDomainName: `${name}.${namespace.name}` }),
    Port: port === undefined ? (Type === "HTTPS" ? 443 : 80) : Number(port),
    ...(Type !== "TCP" && { ResourcePath }),
    FailureThreshold,
    RequestInterval: 30,
  };
}

/** The settings of the check that is desired now, as text. */
export function desiredCheck(
  namespace: NamespaceRecord,
  service: ServiceRecord,
  instance: InstanceRecord,
): string | undefined {
  const config = desiredConfig(namespace, service, instance);
  return config && JSON.stringify(config);
}

/** Makes the check that is desired now; one that it replaces is kept until DNS no longer names it. */
export async function makeHealthCheck(
  env: Env,
  scope: Scope,
  namespace: NamespaceRecord,
  service: ServiceRecord,
  instance: InstanceRecord,
  route53: Client<"route53">,
): Promise<InstanceRecord> {
  const config = desiredConfig(namespace, service, instance);
  const healthCheckConfig = config && JSON.stringify(config);
  if (healthCheckConfig === instance.healthCheckConfig) return instance;
  const { healthCheckId: former, formerHealthChecks = [], checksMade = 0 } = instance;
  const digest = createHash("sha256")
    .update(healthCheckConfig ?? "")
    .digest("hex");
  const made =
    config &&
    (await route53.CreateHealthCheck({
      // The same for every try, and never again: Route 53 takes that of a deleted check no more.
      CallerReference: `${instance.operationId}-${checksMade}-${digest.slice(0, 16)}`,
      HealthCheckConfig: config,
    }));
  return write(env, scope, instance, {
    healthCheckId: made?.HealthCheck!.Id,
    healthCheckConfig,
    checksMade: checksMade + (made ? 1 : 0),
    ...(former !== undefined && { formerHealthChecks: [...formerHealthChecks, former] }),
  });
}

/** Deletes the checks that others have replaced. */
export async function dropHealthChecks(
  env: Env,
  scope: Scope,
  instance: InstanceRecord,
  route53: Client<"route53">,
): Promise<void> {
  const { formerHealthChecks = [] } = instance;
  if (formerHealthChecks.length === 0) return;
  for (const HealthCheckId of formerHealthChecks)
    try {
      await route53.DeleteHealthCheck({ HealthCheckId });
    } catch (error) {
      if (!(error instanceof AwsError) || error.code !== "NoSuchHealthCheck") throw error;
    }
  await write(env, scope, instance, { formerHealthChecks: undefined });
}

async function write(
  { store }: Env,
  scope: Scope,
  instance: InstanceRecord,
  changes: Pick<
    InstanceRecord,
    "healthCheckId" | "healthCheckConfig" | "checksMade" | "formerHealthChecks"
  >,
): Promise<InstanceRecord> {
  const { serviceId, id } = instance;
  await store.transaction(async (tx) => {
    const present = await instances.get(tx, scope, serviceId, id);
    // Only what has nothing in Route 53 is taken away elsewhere.
    if (present) instances.put(tx, scope, [serviceId, id], { ...present, ...changes });
  });
  return { ...instance, ...changes };
}
