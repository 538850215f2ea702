/** What must hold of a health check that a service asks for. */
import type {
  HealthCheckConfig,
  HealthCheckCustomConfig,
  NamespaceType,
} from "@aws-sdk/client-servicediscovery";
import { invalidInput } from "./errors.ts";

/** https://docs.aws.amazon.com/cloud-map/latest/api/API_HealthCheckConfig.html */
export function checkHealthCheck(
  { Type, ResourcePath }: HealthCheckConfig,
  namespaceType: NamespaceType,
  custom: HealthCheckCustomConfig | undefined,
): void {
  if (custom)
    throw invalidInput("HealthCheckConfig and HealthCheckCustomConfig cannot both be given.");
  if (namespaceType === "DNS_PRIVATE")
    throw invalidInput("HealthCheckConfig is for public DNS and HTTP namespaces only.");
  if (Type === "TCP" && ResourcePath !== undefined)
    throw invalidInput(
      "If you specify TCP for Type, you must not specify a value for ResourcePath.",
    );
}
