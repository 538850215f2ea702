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
  const sets: ResourceRecordSet[] = [];
  for (const { Type, TTL } of dns.DnsRecords ?? []) {
    if (alias !== undefined) {
      const AliasTarget = {
        HostedZoneId: zoneOf(alias),
        DNSName: alias,
        EvaluateTargetHealth: true,
      };
      // The health check, if any, is not associated with it (API_RegisterInstance).
      sets.push({ Name: name, Type, SetIdentifier: instance.id, Weight: 1, AliasTarget });
      continue;
    }
    const value = (text: string | undefined) => (text === undefined ? [] : [{ Value: text }]);
    const own = { A: attributes["AWS_INSTANCE_IPV4"], AAAA: attributes["AWS_INSTANCE_IPV6"] };
    if (Type === "SRV") {
      const host = `${instance.id}.${name}`;
      const Value = `1 1 ${attributes["AWS_INSTANCE_PORT"]} ${host}`;
      sets.push({ Name: name, Type, TTL, ...shared, ResourceRecords: [{ Value }] });
      // The name that the record leads to has the instance's addresses.
      for (const kind of ["A", "AAAA"] as const)
        if (own[kind] !== undefined)
          sets.push({ Name: host, Type: kind, TTL, ResourceRecords: value(own[kind]) });
    } else {
      const text = Type === "CNAME" ? attributes["AWS_INSTANCE_CNAME"] : own[Type!];
      sets.push({ Name: name, Type, TTL, ...shared, ResourceRecords: value(text) });
    }
  }
  return sets;
}
