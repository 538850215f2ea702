import { isDeepStrictEqual } from "node:util";
import type { DnsConfig } from "@aws-sdk/client-servicediscovery";
import type { CloudMapOperation } from "../context.ts";
import { checkDnsRecords } from "../dns-records-input.ts";
import { dnsOfHttpService, invalidInput } from "../errors.ts";
import { findNamespace, findService } from "../find.ts";
import { checkHealthCheck } from "../health-check-input.ts";
import { beginOperation, refuseWhileUnderWay } from "../operation-records.ts";
import { instances, services, type ServiceRecord } from "../records.ts";

/**
 * In DNS namespaces, records and a health check that the request leaves out are deleted; a service of
 * an HTTP namespace keeps its settings.
 * https://docs.aws.amazon.com/cloud-map/latest/api/API_UpdateService.html
 */
export const updateService: CloudMapOperation<"UpdateService"> = async (
  { Id, Service: change = {} },
  context,
) =>
  context.store.transaction(async (tx) => {
    const found = await findService(tx, context, Id);
    await refuseWhileUnderWay(tx, context, found.updateId);
    const { type } = await findNamespace(tx, context, found.namespaceId);
    const { DnsConfig, HealthCheckConfig, Description } = change;
    if (DnsConfig && found.type === "HTTP") throw dnsOfHttpService();
    if (
      type === "HTTP" &&
      HealthCheckConfig &&
      !isDeepStrictEqual(HealthCheckConfig, found.healthCheck)
    )
      throw invalidInput("Settings of services of HTTP namespaces cannot be updated.");
    if (HealthCheckConfig) checkHealthCheck(HealthCheckConfig, type, found.customHealth);
    if (HealthCheckConfig && found.healthCheck && HealthCheckConfig.Type !== found.healthCheck.Type)
      throw invalidInput("You can't change the value of Type after you create a health check.");
    const policy = found.dns?.RoutingPolicy ?? "MULTIVALUE";
    if (DnsConfig) {
      if (found.dns) checkTypes(found.dns.DnsRecords, DnsConfig.DnsRecords);
      const isChecked = HealthCheckConfig !== undefined;
      checkDnsRecords(DnsConfig.DnsRecords ?? [], { policy, isChecked });
    }
    const OperationId = beginOperation(
      tx,
      context,
      {
        type: "UPDATE_SERVICE",
        targets: { SERVICE: found.id },
        namespaceId: found.namespaceId,
      },
      // Records and health checks of its instances follow.
      (await instances.list(tx, context, [found.id], { limit: 1 })).length === 0,
    );
    const dns: ServiceRecord["dns"] = DnsConfig && {
      NamespaceId: found.namespaceId,
      RoutingPolicy: policy,
      DnsRecords: DnsConfig.DnsRecords,
    };
    services.put(tx, context, [found.id], {
      ...found,
      description: Description ?? found.description,
      updateId: OperationId,
      ...(type !== "HTTP" && { dns, healthCheck: HealthCheckConfig }),
    });
    return { OperationId };
  });

/**
 * "The record type of a service specified in a DnsRecord object can't be updated."
 * https://docs.aws.amazon.com/cloud-map/latest/api/API_DnsConfig.html
 */
function checkTypes(before: DnsRecords, next: DnsRecords): void {
  const types = before?.map(({ Type }) => Type);
  for (const { Type } of next ?? [])
    if (!types?.includes(Type))
      throw invalidInput(`The service has no DNS record of type ${Type}; types cannot be changed.`);
}

type DnsRecords = DnsConfig["DnsRecords"] | undefined;
