/** Facts of EC2 that load balancers need, asked of EC2 as any client would. */
import { AwsError } from "#model/error.ts";
import { asService } from "#services/kit/principal.ts";
import type { Environment } from "#services/kit/service.ts";
import type { Scope } from "#store/collection.ts";
import {
  invalidConfiguration,
  invalidSecurityGroups,
  invalidSubnet,
  severalInOneZone,
  subnetNotFound,
  validationError,
} from "./errors.ts";
import { limits } from "./limits.ts";
import type { LoadBalancerRecord } from "./records.ts";

export const principal = "elasticloadbalancing.amazonaws.com";

type Clients = Pick<Environment, "clients">;

const ec2Of = ({ clients }: Clients, scope: Scope) => clients.ec2(asService(scope, principal));

function isNotFound(error: unknown): error is AwsError {
  return error instanceof AwsError && /\.(?:NotFound|Malformed)$/.test(error.code);
}

export interface Placement {
  vpcId: string;
  zones: LoadBalancerRecord["zones"];
}

interface PlacementSettings {
  scheme: LoadBalancerRecord["scheme"];
  network: boolean;
  /** Subnets in which the request chose the private address: no other is needed there. */
  addressed: ReadonlySet<string>;
}

/** The subnets of a load balancer, each in a zone of its own. In those of `present` it is already. */
export async function placeIn(
  env: Clients,
  scope: Scope,
  subnetIds: readonly string[],
  { scheme, network, addressed }: PlacementSettings,
  present: Placement["zones"] = [],
): Promise<Placement> {
  const fewest = network ? 1 : 2;
  const zones: Placement["zones"] = [];
  let vpcId: string | undefined;
  for (const id of new Set(subnetIds)) {
    const subnet = await describeSubnet(env, scope, id);
    const zoneName = subnet.AvailabilityZone!;
    if (subnet.CidrBlock === undefined)
      throw invalidSubnet(`Subnet '${id}' has no IPv4 CIDR block`);
    if (vpcId !== undefined && subnet.VpcId !== vpcId)
      throw invalidConfiguration("All subnets must belong to the same VPC");
    if (zones.some((zone) => zone.zoneName === zoneName)) throw severalInOneZone();
    const isNew = !present.some(({ subnetId }) => subnetId === id);
    const hasAddress = scheme === "internal" && addressed.has(id);
    if (isNew && !hasAddress && subnet.AvailableIpAddressCount! < limits.freeAddressesPerSubnet)
      throw invalidSubnet(
        `Not enough IP space available in ${id}. ELB requires at least ${limits.freeAddressesPerSubnet} free IP addresses in each subnet.`,
      );
    vpcId = subnet.VpcId!;
    zones.push({ zoneName, subnetId: id });
  }
  if (vpcId === undefined || zones.length < fewest)
    throw validationError(
      fewest === 1
        ? "At least one subnet must be specified"
        : "At least two subnets in two different Availability Zones must be specified",
    );
  if (scheme === "internet-facing") await checkInternetGateway(env, scope, vpcId);
  return { vpcId, zones };
}

export async function describeSubnet(env: Clients, scope: Scope, id: string) {
  try {
    const { Subnets } = await ec2Of(env, scope).DescribeSubnets({ SubnetIds: [id] });
    const [subnet] = Subnets ?? [];
    if (subnet) return subnet;
  } catch (error) {
    if (!isNotFound(error)) throw error;
  }
  throw subnetNotFound(id);
}

/** Whether a network load balancer stands behind an endpoint service. https://docs.aws.amazon.com/vpc/latest/privatelink/create-endpoint-service.html */
export async function offersEndpoints(env: Clients, scope: Scope, arn: string): Promise<boolean> {
  const { ServiceConfigurations } = await ec2Of(
    env,
    scope,
  ).DescribeVpcEndpointServiceConfigurations({});
  return ServiceConfigurations!.some((one) => one.NetworkLoadBalancerArns?.includes(arn));
}

async function checkInternetGateway(env: Clients, scope: Scope, vpcId: string): Promise<void> {
  const { InternetGateways } = await ec2Of(env, scope).DescribeInternetGateways({
    Filters: [{ Name: "attachment.vpc-id", Values: [vpcId] }],
  });
  if (!InternetGateways?.length) throw invalidSubnet(`VPC ${vpcId} has no internet gateway`);
}

/** The given groups if all are of the VPC; the VPC's default group when none are given. */
export async function securityGroupsIn(
  env: Clients,
  scope: Scope,
  vpcId: string,
  given: readonly string[] | undefined,
): Promise<string[]> {
  const ec2 = ec2Of(env, scope);
  if (!given?.length) {
    const { SecurityGroups } = await ec2.DescribeSecurityGroups({
      Filters: [
        { Name: "vpc-id", Values: [vpcId] },
        { Name: "group-name", Values: ["default"] },
      ],
    });
    return (SecurityGroups ?? []).map(({ GroupId }) => GroupId!);
  }
  const ids = [...new Set(given)];
  try {
    const { SecurityGroups } = await ec2.DescribeSecurityGroups({ GroupIds: ids });
    if (SecurityGroups?.every((group) => group.VpcId === vpcId)) return ids;
  } catch (error) {
    if (!isNotFound(error)) throw error;
  }
  throw invalidSecurityGroups();
}

/** The VPC must be there, and have an IPv6 block if targets have such addresses. */
export async function checkVpc(
  env: Clients,
  scope: Scope,
  vpcId: string,
  ipAddressType: "ipv4" | "ipv6",
): Promise<void> {
  try {
    const { Vpcs } = await ec2Of(env, scope).DescribeVpcs({ VpcIds: [vpcId] });
    const [vpc] = Vpcs ?? [];
    if (vpc && ipAddressType === "ipv6" && !vpc.Ipv6CidrBlockAssociationSet?.length)
      throw validationError(`The VPC '${vpcId}' must have an associated IPv6 CIDR block`);
    if (vpc) return;
  } catch (error) {
    if (!isNotFound(error)) throw error;
  }
  throw validationError(`The VPC ID '${vpcId}' is not found`);
}

/** Whether a private address of a VPC is in use, by whatever. */
export async function interfaceWithAddress(
  env: Clients,
  scope: Scope,
  vpcId: string,
  address: string,
): Promise<boolean> {
  const { NetworkInterfaces } = await ec2Of(env, scope).DescribeNetworkInterfaces({
    Filters: [
      { Name: "vpc-id", Values: [vpcId] },
      { Name: "addresses.private-ip-address", Values: [address] },
    ],
  });
  return NetworkInterfaces!.length > 0;
}

export interface InstanceFacts {
  instanceId: string;
  state: string;
  vpcId: string | undefined;
  zone: string;
}

/** Undefined when EC2 does not know the instance (any more). */
export async function describeInstance(
  env: Clients,
  scope: Scope,
  instanceId: string,
): Promise<InstanceFacts | undefined> {
  try {
    const { Reservations } = await ec2Of(env, scope).DescribeInstances({
      InstanceIds: [instanceId],
    });
    return factsOf(Reservations?.[0]?.Instances?.[0]);
  } catch (error) {
    if (isNotFound(error)) return undefined;
    throw error;
  }
}

/** The instance that has an address in a VPC. */
export async function instanceWithAddress(
  env: Clients,
  scope: Scope,
  vpcId: string,
  address: string,
): Promise<InstanceFacts | undefined> {
  const { Reservations } = await ec2Of(env, scope).DescribeInstances({
    Filters: [
      { Name: "vpc-id", Values: [vpcId] },
      { Name: "private-ip-address", Values: [address] },
    ],
  });
  return factsOf(Reservations?.[0]?.Instances?.[0]);
}

function factsOf(
  instance:
    | {
        InstanceId?: string | undefined;
        State?: { Name?: string | undefined } | undefined;
        VpcId?: string | undefined;
        Placement?: { AvailabilityZone?: string | undefined } | undefined;
      }
    | undefined,
): InstanceFacts | undefined {
  if (!instance) return undefined;
  return {
    instanceId: instance.InstanceId!,
    state: instance.State?.Name ?? "pending",
    vpcId: instance.VpcId,
    zone: instance.Placement?.AvailabilityZone ?? "",
  };
}
