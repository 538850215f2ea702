/** Whether an instance is healthy: as Route 53 finds, as its owner says, or unknown. */
import type { HealthStatus } from "@aws-sdk/client-servicediscovery";
import { AwsError } from "#model/error.ts";
import { asService } from "#services/kit/principal.ts";
import type { Clients } from "#services/kit/service.ts";
import type { Scope } from "#store/collection.ts";
import type { InstanceRecord, ServiceRecord } from "./records.ts";

export async function healthOf(
  { clients }: { clients: Clients },
  scope: Scope,
  service: ServiceRecord,
  instance: InstanceRecord,
): Promise<HealthStatus> {
  if (service.customHealth) return instance.customStatus;
  if (!service.healthCheck || instance.healthCheckId === undefined) return "UNKNOWN";
  const route53 = clients.route53(asService(scope, "servicediscovery.amazonaws.com"));
  try {
    const { HealthCheckObservations = [] } = await route53.GetHealthCheckStatus({
      HealthCheckId: instance.healthCheckId,
    });
    const status = HealthCheckObservations[0]?.StatusReport?.Status;
    if (status === undefined) return "UNKNOWN";
    return status.startsWith("Success") ? "HEALTHY" : "UNHEALTHY";
  } catch (error) {
    if (error instanceof AwsError && error.code === "NoSuchHealthCheck") return "UNKNOWN";
    throw error;
  }
}
