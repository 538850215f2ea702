import type { Input } from "#model/sdk.ts";
import { formatArn } from "#services/kit/arn.ts";
import { tagsFromList } from "#services/kit/tags.ts";
import type { CloudMapOperation } from "../context.ts";
import { checkDnsRecords } from "../dns-records-input.ts";
import {
  dnsOfHttpService,
  invalidInput,
  limitExceeded,
  noNamespace,
  serviceExists,
  tooManyTags,
} from "../errors.ts";
import { findNamespace } from "../find.ts";
import { checkHealthCheck } from "../health-check-input.ts";
import { drawId } from "../ids.ts";
import { limits } from "../limits.ts";
import { services, type NamespaceRecord, type ServiceRecord } from "../records.ts";
import { showService } from "../show-service.ts";

/** https://docs.aws.amazon.com/cloud-map/latest/api/API_CreateService.html */
export const createService: CloudMapOperation<"CreateService"> = async (input, context) => {
  const namespaceId = input.NamespaceId ?? input.DnsConfig?.NamespaceId;
  if (namespaceId === undefined) throw invalidInput("The namespace ID must be given.");
  const tags = tagsFromList(input.Tags);
  if (Object.keys(tags).length > limits.tagsPerResource) throw tooManyTags(input.Name!);
  return context.store.transaction(async (tx) => {
    const namespace = await findNamespace(tx, context, namespaceId);
    if (namespace.phase !== "ready") throw noNamespace(namespace.id);
    check(input, namespace);
    const all = (await services.list(tx, context)).filter(
      (one) => one.namespaceId === namespace.id,
    );
    // Names in DNS know no case.
    const asNamed = (name: string) => (namespace.type === "HTTP" ? name : name.toLowerCase());
    const same = all.find((one) => asNamed(one.name) === asNamed(input.Name!));
    if (same) throw serviceExists(same.id, same.arn, same.creatorRequestId);
    if (all.length >= limits.servicesPerNamespace) throw limitExceeded("services");
    const id = drawId(context.random, "srv");
    const isHttp = namespace.type === "HTTP" || input.Type === "HTTP" || !input.DnsConfig;
    const created: ServiceRecord = {
      id,
      arn: formatArn("servicediscovery", context, `service/${id}`),
      name: input.Name!,
      namespaceId: namespace.id,
      description: input.Description,
      creatorRequestId: input.CreatorRequestId ?? context.random.uuid(),
      createdMs: context.clock.now(),
      type: isHttp ? "HTTP" : "DNS_HTTP",
      dns: isHttp
        ? undefined
        : {
            ...input.DnsConfig,
            NamespaceId: namespace.id,
            RoutingPolicy: input.DnsConfig!.RoutingPolicy ?? "MULTIVALUE",
            DnsRecords: input.DnsConfig!.DnsRecords,
          },
      healthCheck: input.HealthCheckConfig,
      // Its threshold is always 1, whatever is asked for (API_HealthCheckCustomConfig).
      customHealth: input.HealthCheckCustomConfig && { FailureThreshold: 1 },
      attributes: {},
      tags,
    };
    services.put(tx, context, [id], created);
    return { Service: showService(created, 0, context.account) };
  });
};

function check(input: Input<"servicediscovery", "CreateService">, { type }: NamespaceRecord): void {
  const { DnsConfig, HealthCheckConfig, HealthCheckCustomConfig } = input;
  if (DnsConfig && (type === "HTTP" || input.Type === "HTTP")) throw dnsOfHttpService();
  if (HealthCheckConfig) checkHealthCheck(HealthCheckConfig, type, HealthCheckCustomConfig);
  if (DnsConfig)
    checkDnsRecords(DnsConfig.DnsRecords ?? [], {
      policy: DnsConfig.RoutingPolicy,
      isChecked: HealthCheckConfig !== undefined,
    });
}
