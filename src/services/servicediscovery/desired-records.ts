/** What stands in DNS for an instance. https://docs.aws.amazon.com/cloud-map/latest/api/API_RegisterInstance.html */
import type { ResourceRecordSet } from "@aws-sdk/client-route-53";
import { hostedZoneOf } from "#services/kit/load-balancing/hosted-zones.ts";
import type { InstanceRecord, NamespaceRecord, ServiceRecord } from "./records.ts";

/** The zone of load balancers of the region that stands in the name. */
function zoneOf(balancer: string): string {
  const labels = balancer.replace(/\.$/, "").split(".");
  return labels.map(hostedZoneOf).find((zone) => zone !== undefined) ?? hostedZoneOf("us-east-1")!;
}

/** Nothing for an instance that goes, and for one that its owner calls unhealthy while another is not. */
export function desiredRecords(
  namespace: NamespaceRecord,
  service: ServiceRecord,
  instance: InstanceRecord,
): ResourceRecordSet[] {
  const { dns } = service;
  if (!dns || instance.phase === "deregistering") return [];
  const isUnwell = service.customHealth && instance.customStatus === "UNHEALTHY";
  if (isUnwell && !instance.isLastHealthy) return [];
  const name = `${service.name}.${namespace.name}.`;
  const { attributes } = instance;
  const policy =
    dns.RoutingPolicy === "WEIGHTED"
      ? ({ Weight: 1 } as const)
      : ({ MultiValueAnswer: true } as const);
  const shared = {
    SetIdentifier: instance.id,
    ...policy,
    ...(instance.healthCheckId !== undefined && { HealthCheckId: instance.healthCheckId }),
  };
  const alias = attributes["AWS_ALIAS_DNS_NAME"];
  const { AWS_INSTANCE_IPV4: A, AWS_INSTANCE_IPV6: AAAA, AWS_INSTANCE_PORT: port } = attributes;
  const own = { A, AAAA, CNAME: attributes["AWS_INSTANCE_CNAME"] };
  const sets: ResourceRecordSet[] = [];
  // Registered before the service asked for a record, an instance may lack what that needs.
  for (const { Type, TTL } of dns.DnsRecords ?? [])
    if (alias !== undefined) {
      if (dns.RoutingPolicy !== "WEIGHTED" || (Type !== "A" && Type !== "AAAA")) continue;
      const AliasTarget = {
        HostedZoneId: zoneOf(alias),
        DNSName: alias,
        EvaluateTargetHealth: true,
      };
      // The health check, if any, is not associated with it (API_RegisterInstance).
      sets.push({ Name: name, Type, SetIdentifier: instance.id, Weight: 1, AliasTarget });
    } else if (Type === "SRV") {
      if (port === undefined || (A ?? AAAA) === undefined) continue;
      const host = `${instance.id}.${name}`;
      const ResourceRecords = [{ Value: `1 1 ${port} ${host}` }];
      sets.push({ Name: name, Type, TTL, ...shared, ResourceRecords });
      // The name that the record leads to has the instance's addresses.
      for (const kind of ["A", "AAAA"] as const)
        if (own[kind] !== undefined)
          sets.push({ Name: host, Type: kind, TTL, ResourceRecords: [{ Value: own[kind] }] });
    } else {
      const Value = own[Type!];
      if (Value !== undefined)
        sets.push({ Name: name, Type, TTL, ...shared, ResourceRecords: [{ Value }] });
    }
  return sets;
}
