/** Facts of EC2 that Classic Load Balancers need, asked of EC2 as any client would. */
import { AwsError } from "#model/error.ts";
import { asService } from "#services/kit/principal.ts";
import type { Environment } from "#services/kit/service.ts";
import type { Scope } from "#store/collection.ts";
import {
  instanceNotFound,
  invalidConfiguration,
  invalidSecurityGroup,
  invalidSubnet,
  otherVpc,
  subnetNotFound,
  validationError,
} from "./errors.ts";
import { limits } from "./limits.ts";
import type { LoadBalancerRecord } from "./records.ts";

export const principal = "elasticloadbalancing.amazonaws.com";

type Env = Pick<Environment, "clients">;
type Subnets = LoadBalancerRecord["subnets"];

export interface Placement {
  vpcId: string;
  subnets: Subnets;
}

const ec2Of = ({ clients }: Env, scope: Scope) => clients.ec2(asService(scope, principal));

function isNotFound(error: unknown): error is AwsError {
  return error instanceof AwsError && /\.(?:NotFound|Malformed)$/.test(error.code);
}

/** Subnets of one VPC, each in a zone of its own; `present` are those that it has already. */
export async function placeInSubnets(
  env: Env,
  scope: Scope,
  ids: readonly string[],
  present: Partial<Placement> & Pick<LoadBalancerRecord, "scheme">,
): Promise<Placement> {
  const subnets: Subnets = [...(present.subnets ?? [])];
  let { vpcId } = present;
  for (const id of new Set(ids)) {
    if (subnets.some((subnet) => subnet.id === id)) continue;
    const subnet = await describeSubnet(env, scope, id);
    const zone = subnet.AvailabilityZone!;
    if (vpcId !== undefined && subnet.VpcId !== vpcId)
      throw invalidConfiguration("All subnets must belong to the same VPC.");
    if (subnets.some((other) => other.zone === zone))
      throw invalidConfiguration(`ELB cannot be attached to multiple subnets in the same AZ.`);
    if (subnet.AvailableIpAddressCount! < limits.freeAddressesPerSubnet)
      throw invalidSubnet(
        `Not enough IP space available in ${id}. ELB requires at least ${limits.freeAddressesPerSubnet} free IP addresses in each subnet.`,
      );
    vpcId = subnet.VpcId!;
    subnets.push({ id, zone });
  }
  if (vpcId === undefined) throw validationError("At least one subnet must be specified");
  if (present.scheme === "internet-facing") await checkInternetGateway(env, scope, vpcId);
  return { vpcId, subnets };
}

/** The default subnets of zones. */
export async function placeInZones(
  env: Env,
  scope: Scope,
  zones: readonly string[],
): Promise<Placement> {
  const { Subnets = [] } = await ec2Of(env, scope).DescribeSubnets({
    Filters: [{ Name: "default-for-az", Values: ["true"] }],
  });
  if (Subnets.length === 0)
    throw invalidSubnet("There is no default VPC: subnets must be specified instead of zones");
  const subnets = [...new Set(zones)].map((zone) => {
    const found = Subnets.find(({ AvailabilityZone }) => AvailabilityZone === zone);
    if (!found) throw validationError(`Requested Availability Zone ${zone} is not valid.`);
    return { id: found.SubnetId!, zone };
  });
  return { vpcId: Subnets[0]!.VpcId!, subnets };
}

async function describeSubnet(env: Env, scope: Scope, id: string) {
  try {
    const { Subnets } = await ec2Of(env, scope).DescribeSubnets({ SubnetIds: [id] });
    const [subnet] = Subnets ?? [];
    if (subnet && subnet.CidrBlock === undefined)
      throw invalidSubnet(`Subnet '${id}' has no IPv4 CIDR block`);
    if (subnet) return subnet;
  } catch (error) {
    if (!isNotFound(error)) throw error;
  }
  throw subnetNotFound(id);
}

async function checkInternetGateway(env: Env, scope: Scope, vpcId: string): Promise<void> {
  const { InternetGateways } = await ec2Of(env, scope).DescribeInternetGateways({
    Filters: [{ Name: "attachment.vpc-id", Values: [vpcId] }],
  });
  if (!InternetGateways?.length) throw invalidSubnet(`VPC ${vpcId} has no internet gateway`);
}

/** The groups if all exist in the VPC. */
export async function checkSecurityGroups(
  env: Env,
  scope: Scope,
  vpcId: string,
  given: readonly string[],
): Promise<string[]> {
  const ids = [...new Set(given)];
  try {
    const { SecurityGroups } = await ec2Of(env, scope).DescribeSecurityGroups({ GroupIds: ids });
    if (SecurityGroups?.every((group) => group.VpcId === vpcId)) return ids;
  } catch (error) {
    if (!isNotFound(error)) throw error;
  }
  throw invalidSecurityGroup();
}

/** The VPC's default group: for load balancers that are created in subnets without groups. */
export async function defaultSecurityGroup(
  env: Env,
  scope: Scope,
  vpcId: string,
): Promise<string[]> {
  const { SecurityGroups } = await ec2Of(env, scope).DescribeSecurityGroups({
    Filters: [
      { Name: "vpc-id", Values: [vpcId] },
      { Name: "group-name", Values: ["default"] },
    ],
  });
  return (SecurityGroups ?? []).map(({ GroupId }) => GroupId!);
}

/**
 * The group that AWS makes in a default VPC for load balancers that are created in zones without
 * groups; it stays for the next ones.
 */
export async function ownSecurityGroup(
  env: Pick<Environment, "clients" | "random">,
  scope: Scope,
  vpcId: string,
): Promise<string[]> {
  const ec2 = ec2Of(env, scope);
  const { SecurityGroups } = await ec2.DescribeSecurityGroups({
    Filters: [
      { Name: "vpc-id", Values: [vpcId] },
      { Name: "group-name", Values: ["default_elb_*"] },
    ],
  });
  if (SecurityGroups?.length) return [SecurityGroups[0]!.GroupId!];
  const { GroupId } = await ec2.CreateSecurityGroup({
    VpcId: vpcId,
    GroupName: `default_elb_${env.random.uuid()}`,
    Description:
      "ELB created security group used when no security group is specified during ELB creation - modifications could impact traffic to future ELBs",
  });
  await ec2.AuthorizeSecurityGroupIngress({
    GroupId: GroupId!,
    IpPermissions: [
      { IpProtocol: "tcp", FromPort: 0, ToPort: 65535, IpRanges: [{ CidrIp: "0.0.0.0/0" }] },
    ],
  });
  return [GroupId!];
}

/** The name of a group, which is shown as the source of the load balancer's traffic. */
export async function securityGroupName(
  env: Env,
  scope: Scope,
  id: string,
): Promise<string | undefined> {
  try {
    const { SecurityGroups } = await ec2Of(env, scope).DescribeSecurityGroups({ GroupIds: [id] });
    return SecurityGroups?.[0]?.GroupName;
  } catch (error) {
    if (isNotFound(error)) return undefined;
    throw error;
  }
}

export interface InstanceFacts {
  id: string;
  state: string;
  vpcId: string | undefined;
  zone: string;
}

/** Undefined when EC2 does not know the instance (any more). */
export async function describeInstance(
  env: Env,
  scope: Scope,
  id: string,
): Promise<InstanceFacts | undefined> {
  try {
    const { Reservations } = await ec2Of(env, scope).DescribeInstances({ InstanceIds: [id] });
    const instance = Reservations?.[0]?.Instances?.[0];
    return (
      instance && {
        id,
        state: instance.State?.Name ?? "pending",
        vpcId: instance.VpcId,
        zone: instance.Placement?.AvailabilityZone ?? "",
      }
    );
  } catch (error) {
    if (isNotFound(error)) return undefined;
    throw error;
  }
}

/** The instance, if it can be registered with a load balancer of the VPC. */
export async function registrable(
  env: Env,
  scope: Scope,
  vpcId: string,
  id: string,
): Promise<InstanceFacts> {
  const facts = await describeInstance(env, scope, id);
  if (!facts || facts.state === "terminated" || facts.state === "shutting-down")
    throw instanceNotFound(id);
  if (facts.vpcId !== vpcId) throw otherVpc(id);
  return facts;
}
