/** A target as requests name it, checked against its group. */
import { BlockList, isIP } from "node:net";
import type { TargetDescription } from "@aws-sdk/client-elastic-load-balancing-v2";
import type { Environment } from "#services/kit/service.ts";
import type { Scope } from "#store/collection.ts";
import { asService } from "#services/kit/principal.ts";
import { compileBlocks } from "#traffic/application/cidr.ts";
import { attributeOf } from "./attributes.ts";
import { invalidTarget, unsupported, validationError } from "./errors.ts";
import { isLoopback } from "#services/kit/load-balancing/reach.ts";
import { readFunctionTarget } from "./functions/target-groups.ts";
import { groupTable, isNetworkProtocol } from "./kinds.ts";
import { describeInstance, instanceWithAddress, principal } from "./network.ts";
import { readBalancerTarget } from "./network-load-balancers/balancer-target.ts";
import type { TargetGroupRecord, TargetRecord } from "./records.ts";

export type NewTarget = Pick<TargetRecord, "id" | "port" | "zone">;

/** Throws AWS's errors when the target cannot be registered with the group. */
export async function readTarget(
  env: Pick<Environment, "clients" | "store">,
  scope: Scope,
  group: TargetGroupRecord,
  target: TargetDescription,
): Promise<NewTarget> {
  const { Id: id = "", Port: port = group.port, AvailabilityZone } = target;
  if (group.targetType === "alb") return readBalancerTarget(env, scope, group, target);
  if (group.targetType === "lambda") return readFunctionTarget(env, scope, group, target);
  if (target.QuicServerId !== undefined) throw unsupported("QUIC");
  if (group.targetType === "ip")
    return { id, port, ...(await zoneOfAddress(env, scope, group, id, AvailabilityZone)) };
  if (AvailabilityZone !== undefined)
    throw validationError(
      "You cannot specify an Availability Zone for target groups with target type 'instance'",
    );
  if (!/^i-[0-9a-f]{8}(?:[0-9a-f]{9})?$/.test(id))
    throw validationError(`Instance ID '${id}' is not valid`);
  const instance = await describeInstance(env, scope, id);
  if (!instance) throw invalidTarget(`The following targets do not exist: '${id}'`);
  if (instance.state !== "running")
    throw invalidTarget(
      `The following targets are not in a running state and cannot be registered: '${id}'`,
    );
  if (instance.vpcId !== group.vpcId)
    throw invalidTarget(
      `The following targets are not in the target group VPC '${group.vpcId}': '${id}'`,
    );
  // Machines here have no IPv6 addresses. As users see it: https://github.com/kubernetes-sigs/aws-load-balancer-controller/issues/3692
  if (group.ipAddressType === "ipv6")
    throw invalidTarget(
      `The following targets cannot be used with this IPv6 target group because of missing primary IPv6 addresses: '${id}'`,
    );
  return { id, port, zone: instance.zone };
}

/** RFC 1918 and RFC 6598: what may be registered from outside the VPC. */
const privateBlocks = new BlockList();
for (const [address, prefix] of [
  ["10.0.0.0", 8],
  ["172.16.0.0", 12],
  ["192.168.0.0", 16],
  ["100.64.0.0", 10],
] as const)
  privateBlocks.addSubnet(address, prefix, "ipv4");

async function zoneOfAddress(
  env: Pick<Environment, "clients">,
  scope: Scope,
  group: TargetGroupRecord,
  address: string,
  given: string | undefined,
): Promise<Pick<NewTarget, "zone">> {
  const { ipAddressType } = group;
  const version = ipAddressType === "ipv6" ? 6 : 4;
  // As users see it: https://github.com/ansible-collections/community.aws/issues/1441
  if (isIP(address) !== version)
    throw validationError(`The IP address '${address}' is not a valid IPv${version} address`);
  // A program on this machine is a target that AWS could not have.
  if (isLoopback(address)) return { zone: await zoneOutside(env, scope, group, given ?? "all") };
  if (version === 6) {
    const zone = await subnetOf(env, scope, group.vpcId, address);
    if (zone === undefined)
      throw validationError(
        `The IP address '${address}' must be within the IPv6 CIDR blocks of the VPC '${group.vpcId}'`,
      );
    return { zone };
  }
  if (!privateBlocks.check(address))
    throw validationError(`You cannot specify publicly routable IP addresses: '${address}'`);
  if (given === "all") return { zone: given };
  const instance = await instanceWithAddress(env, scope, group.vpcId, address);
  if (instance) return { zone: instance.zone };
  const subnet = await subnetOf(env, scope, group.vpcId, address);
  if (subnet !== undefined) return { zone: subnet };
  if (given !== undefined) return { zone: await zoneOutside(env, scope, group, given) };
  throw validationError(
    `The IP address '${address}' is outside of the VPC '${group.vpcId}'; specify 'all' as its Availability Zone`,
  );
}

/**
 * What is outside the VPC is reached from the zone that is said to be its own, but that an application load balancer
 * across zones takes any for "all".
 * https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_TargetDescription.html
 */
async function zoneOutside(
  env: Pick<Environment, "clients">,
  scope: Scope,
  group: TargetGroupRecord,
  given: string,
): Promise<string> {
  if (given === "all") return given;
  if (!(await hasZone(env, scope, group.vpcId, given)))
    throw validationError(
      `The Availability Zone '${given}' is not one of the VPC '${group.vpcId}' of the target group`,
    );
  const key = "load_balancing.cross_zone.enabled";
  const stays =
    isNetworkProtocol(group.protocol) ||
    attributeOf(groupTable(group), group.attributes, key) === "false";
  return stays ? given : "all";
}

async function hasZone(
  { clients }: Pick<Environment, "clients">,
  scope: Scope,
  vpcId: string,
  zone: string,
): Promise<boolean> {
  const { Subnets } = await clients.ec2(asService(scope, principal)).DescribeSubnets({
    Filters: [
      { Name: "vpc-id", Values: [vpcId] },
      { Name: "availability-zone", Values: [zone] },
    ],
  });
  return Subnets!.length > 0;
}

/** The zone of the VPC's subnet that holds an address. */
async function subnetOf(
  { clients }: Pick<Environment, "clients">,
  scope: Scope,
  vpcId: string,
  address: string,
): Promise<string | undefined> {
  const { Subnets } = await clients.ec2(asService(scope, principal)).DescribeSubnets({
    Filters: [{ Name: "vpc-id", Values: [vpcId] }],
  });
  const found = Subnets?.find(({ CidrBlock = "", Ipv6CidrBlockAssociationSet = [] }) =>
    compileBlocks([
      CidrBlock,
      ...Ipv6CidrBlockAssociationSet.flatMap((one) => one.Ipv6CidrBlock ?? []),
    ])(address),
  );
  return found?.AvailabilityZone;
}
