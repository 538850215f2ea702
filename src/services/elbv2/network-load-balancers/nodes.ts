/** The nodes of a network load balancer: one per zone, with the addresses that the request chose. */
import type { SubnetMapping } from "@aws-sdk/client-elastic-load-balancing-v2";
import { AwsError } from "#model/error.ts";
import type { Random } from "#runtime/random.ts";
import type { Scope } from "#store/collection.ts";
import { asService } from "#services/kit/principal.ts";
import { drawLoopbackHost } from "#services/kit/load-balancing/loopback-host.ts";
import type { Environment } from "#services/kit/service.ts";
import { compileBlocks } from "#traffic/application/cidr.ts";
import {
  allocationIdNotFound,
  invalidConfiguration,
  unsupported,
  validationError,
} from "../errors.ts";
import { describeSubnet, instanceWithAddress, principal, type Placement } from "../network.ts";
import type { LoadBalancerRecord, NodeRecord, ZoneRecord } from "../records.ts";

/** What a request says of one zone's node. */
type Asked = Omit<NodeRecord, "loopbackHost">;

/** Addresses by subnet; throws AWS's errors for those that cannot be. */
export async function readNodes(
  env: Pick<Environment, "clients">,
  scope: Scope,
  mappings: readonly SubnetMapping[] | undefined,
  scheme: LoadBalancerRecord["scheme"],
): Promise<Map<string, Asked>> {
  const asked = new Map<string, Asked>();
  for (const mapping of mappings ?? []) {
    const { SubnetId = "", AllocationId, PrivateIPv4Address } = mapping;
    if (mapping.IPv6Address !== undefined || mapping.SourceNatIpv6Prefix !== undefined)
      throw unsupported("IPv6 addresses in subnet mappings");
    if (AllocationId !== undefined) {
      if (scheme === "internal")
        throw invalidConfiguration(
          "Elastic IPs are not supported for load balancers with scheme 'internal'",
        );
      const address = await elasticIp(env, scope, AllocationId);
      asked.set(SubnetId, { elasticIp: { allocationId: AllocationId, address } });
    } else if (PrivateIPv4Address !== undefined) {
      if (scheme !== "internal")
        throw invalidConfiguration(
          "Private IPv4 addresses are not supported for load balancers with scheme 'internet-facing'",
        );
      const { CidrBlock = "", VpcId = "" } = await describeSubnet(env, scope, SubnetId);
      if (!compileBlocks([CidrBlock])(PrivateIPv4Address))
        throw invalidConfiguration(
          `The private IPv4 address '${PrivateIPv4Address}' is not within the CIDR block of subnet '${SubnetId}'`,
        );
      if (await instanceWithAddress(env, scope, VpcId, PrivateIPv4Address))
        throw addressInUse(PrivateIPv4Address);
      asked.set(SubnetId, { privateAddress: PrivateIPv4Address });
    } else asked.set(SubnetId, {});
  }
  const ids = [...asked.values()].flatMap(({ elasticIp }) => elasticIp?.allocationId ?? []);
  if (new Set(ids).size < ids.length)
    throw validationError("An Elastic IP address can be specified for one subnet only");
  return asked;
}

async function elasticIp(
  { clients }: Pick<Environment, "clients">,
  scope: Scope,
  allocationId: string,
): Promise<string> {
  try {
    const { Addresses } = await clients
      .ec2(asService(scope, principal))
      .DescribeAddresses({ AllocationIds: [allocationId] });
    const [address] = Addresses ?? [];
    if (address?.AssociationId !== undefined) throw addressInUse(allocationId);
    if (address?.PublicIp !== undefined) return address.PublicIp;
  } catch (error) {
    if (!(error instanceof AwsError) || !error.code.startsWith("InvalidAllocationID")) throw error;
  }
  throw allocationIdNotFound(allocationId);
}

/**
 * The zones with nodes; a zone that had one keeps it, as AWS keeps addresses for the lifetime of a
 * load balancer.
 */
export function withNodes(
  zones: Placement["zones"],
  asked: ReadonlyMap<string, Asked>,
  before: readonly ZoneRecord[],
  all: readonly LoadBalancerRecord[],
  random: Random,
): ZoneRecord[] {
  const used = takenHosts(all);
  checkKept(asked, before);
  checkFree(asked, before, all);
  return zones.map((zone) => {
    const present = before.find(({ subnetId }) => subnetId === zone.subnetId)?.node;
    if (present) return { ...zone, node: present };
    const loopbackHost = drawLoopbackHost(random, used);
    used.add(loopbackHost);
    return { ...zone, node: { loopbackHost, ...asked.get(zone.subnetId) } };
  });
}

/**
 * "You can't change these addresses after you create the load balancer."
 * https://docs.aws.amazon.com/elasticloadbalancing/latest/network/availability-zones.html
 */
function checkKept(asked: ReadonlyMap<string, Asked>, before: readonly ZoneRecord[]): void {
  for (const { subnetId, node } of before) {
    const { elasticIp, privateAddress } = asked.get(subnetId) ?? {};
    if (elasticIp && elasticIp.allocationId !== node?.elasticIp?.allocationId)
      throw addressFixed(subnetId);
    if (privateAddress !== undefined && privateAddress !== node?.privateAddress)
      throw addressFixed(subnetId);
  }
}

const addressFixed = (subnetId: string) =>
  invalidConfiguration(
    `The addresses of a load balancer cannot be changed: subnet '${subnetId}' is enabled already`,
  );

/** Throws when an address that is asked for is another node's. */
function checkFree(
  asked: ReadonlyMap<string, Asked>,
  before: readonly ZoneRecord[],
  all: readonly LoadBalancerRecord[],
): void {
  const subnets = new Set(before.map(({ subnetId }) => subnetId));
  const nodes = all.flatMap(({ zones }) => zones.flatMap(({ node }) => node ?? []));
  for (const [subnetId, { elasticIp, privateAddress }] of asked) {
    if (subnets.has(subnetId)) continue;
    const wanted = elasticIp?.allocationId;
    if (wanted !== undefined && nodes.some((node) => node.elasticIp?.allocationId === wanted))
      throw addressInUse(wanted);
    if (
      privateAddress !== undefined &&
      nodes.some((node) => node.privateAddress === privateAddress)
    )
      throw addressInUse(privateAddress);
  }
}

const addressInUse = (address: string) =>
  invalidConfiguration(`The address '${address}' is already in use`);

/** Every loopback address that load balancers have. */
export function takenHosts(all: readonly LoadBalancerRecord[]): Set<string> {
  return new Set(
    all.flatMap(({ loopbackHost, zones }) => [
      loopbackHost,
      ...zones.flatMap(({ node }) => node?.loopbackHost ?? []),
    ]),
  );
}

/** As DescribeLoadBalancers shows them. */
export function addressesOf({ node }: ZoneRecord) {
  if (node?.elasticIp)
    return [{ IpAddress: node.elasticIp.address, AllocationId: node.elasticIp.allocationId }];
  if (node?.privateAddress !== undefined) return [{ PrivateIPv4Address: node.privateAddress }];
  return [];
}
