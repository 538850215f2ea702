/** Endpoint services of the account's own: what its network load balancers offer to others by PrivateLink. */
import { AwsError } from "#model/error.ts";
import { asService } from "#services/kit/principal.ts";
import type { Environment } from "#services/kit/service.ts";
import { collection, type Scope } from "#store/collection.ts";
import type { Tags } from "#services/kit/tags.ts";
import { ec2Error } from "../errors.ts";
import { tagListShape } from "./shapes.ts";

export interface OwnEndpointServiceRecord {
  serviceId: string;
  loadBalancerArns: string[];
  /** Where the load balancers have nodes. */
  zoneNames: string[];
  acceptanceRequired: boolean;
  privateDnsName?: string;
  /** What a TXT record of the name has to say before endpoints may have it. */
  proof?: { name: string; value: string };
  permissions: { permissionId: string; principal: string }[];
  tags: Tags;
}

export const ownEndpointServices = collection<OwnEndpointServiceRecord>(
  "ec2",
  "vpc-endpoint-service",
);

/** "com.amazonaws.vpce.us-east-1.vpce-svc-0123456789abcdef0" */
export function serviceName(region: string, serviceId: string): string {
  return `com.amazonaws.vpce.${region}.${serviceId}`;
}

/** The service's id in its name; undefined for names of AWS's services. */
export function serviceIdIn(region: string, name: string): string | undefined {
  const prefix = serviceName(region, "");
  return name.startsWith(prefix) ? name.slice(prefix.length) : undefined;
}

interface Balancer {
  arn: string;
  dnsName: string;
  zoneNames: string[];
}

const unknownArn = ["LoadBalancerNotFound", "ValidationError"];

type Clients = Pick<Environment, "clients">;

/** Network load balancers as Elastic Load Balancing knows them; throws for any other ARN. */
export async function findBalancers(
  { clients }: Clients,
  scope: Scope,
  arns: readonly string[],
): Promise<Balancer[]> {
  const elbv2 = clients.elbv2(asService(scope, "vpce.amazonaws.com"));
  const found: Balancer[] = [];
  for (const arn of new Set(arns)) {
    const one = await elbv2.DescribeLoadBalancers({ LoadBalancerArns: [arn] }).then(
      ({ LoadBalancers }) => LoadBalancers?.[0],
      (error: unknown) => {
        if (error instanceof AwsError && unknownArn.includes(error.code)) return undefined;
        throw error;
      },
    );
    if (one?.Type !== "network")
      throw ec2Error(
        "InvalidParameter",
        `${arn} is not the ARN of a network load balancer of this account.`,
      );
    found.push({
      arn,
      dnsName: one.DNSName!,
      zoneNames: one.AvailabilityZones!.map(({ ZoneName }) => ZoneName!),
    });
  }
  return found;
}

export function serviceShape(region: string, one: OwnEndpointServiceRecord) {
  const { serviceId, privateDnsName, proof } = one;
  return {
    ServiceId: serviceId,
    ServiceName: serviceName(region, serviceId),
    ServiceType: [{ ServiceType: "Interface" as const }],
    ServiceState: "Available" as const,
    AvailabilityZones: one.zoneNames,
    AcceptanceRequired: one.acceptanceRequired,
    ManagesVpcEndpoints: false,
    NetworkLoadBalancerArns: one.loadBalancerArns,
    SupportedIpAddressTypes: ["ipv4" as const],
    BaseEndpointDnsNames: [`${serviceId}.${region}.vpce.amazonaws.com`],
    PrivateDnsName: privateDnsName,
    PrivateDnsNameConfiguration: proof
      ? {
          State: "pendingVerification" as const,
          Type: "TXT",
          Name: proof.name,
          Value: proof.value,
        }
      : {},
    ...tagListShape(one.tags),
  };
}

export const ownServiceNotFound = (id: string) =>
  ec2Error(
    "InvalidVpcEndpointServiceId.NotFound",
    `The VpcEndpointService Id '${id}' does not exist`,
  );
