/** The DNS names of interface endpoints. https://docs.aws.amazon.com/vpc/latest/privatelink/privatelink-access-aws-services.html#interface-endpoint-dns-hostnames */
import { derivedId } from "#services/kit/facts/derived-id.ts";
import { serviceIdIn } from "./own-endpoint-services.ts";
import type { VpcEndpointRecord } from "./records.ts";

/** AWS's hosted zone of endpoints' names in us-east-1; others are derived. */
const usEastZone = "Z7HUB22UULQXV";

export interface EndpointName {
  name: string;
  /** Undefined for the name that leads to all zones. */
  zone?: string;
}

/** The endpoint's own name and one for each of its zones. */
export function endpointNames(
  region: string,
  { vpcEndpointId, serviceName, zoneNames = [] }: VpcEndpointRecord,
): EndpointName[] {
  const part = derivedId("x", vpcEndpointId).slice(-8);
  const service = serviceIdIn(region, serviceName) ?? serviceName.split(".").slice(3).join(".");
  const name = (zone: string) =>
    `${vpcEndpointId}-${part}${zone}.${service}.${region}.vpce.amazonaws.com`;
  return [{ name: name("") }, ...zoneNames.map((zone) => ({ name: name(`-${zone}`), zone }))];
}

export function dnsEntries({ region }: { region: string }, endpoint: VpcEndpointRecord) {
  const HostedZoneId =
    region === "us-east-1"
      ? usEastZone
      : derivedId("Z", "vpce", region).replace("Z-", "Z").toUpperCase().slice(0, 14);
  const { vpcEndpointId, serviceName, privateDnsEnabled } = endpoint;
  const service = serviceName.split(".").slice(3).join(".");
  const own = privateDnsEnabled
    ? [
        {
          DnsName: `${service}.${region}.amazonaws.com`,
          HostedZoneId: derivedId("Z", vpcEndpointId).replace("Z-", "Z").toUpperCase(),
        },
      ]
    : [];
  return [
    ...endpointNames(region, endpoint).map(({ name }) => ({ DnsName: name, HostedZoneId })),
    ...own,
  ];
}
