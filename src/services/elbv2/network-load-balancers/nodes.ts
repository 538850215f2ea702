/** The nodes of a network load balancer: one per zone, with the addresses that the request chose. */
import type { SubnetMapping } from "@aws-sdk/client-elastic-load-balancing-v2";
import { AwsError } from "#model/error.ts";
import type { Random } from "#runtime/random.ts";
import type { Scope } from "#store/collection.ts";
import { asService } from "#services/kit/principal.ts";
import { drawLoopbackHost } from "#services/kit/load-balancing/loopback-host.ts";
import type { Environment } from "#services/kit/service.ts";
import { compileBlocks } from "#traffic/application/cidr.ts";
import { allocationIdNotFound, invalidConfiguration, validationError } from "../errors.ts";
import { describeSubnet, interfaceWithAddress, principal, type Placement } from "../network.ts";
import type { LoadBalancerRecord, NodeRecord, ZoneRecord } from "../records.ts";
import { drawPrefix, readPrefix } from "./source-nat.ts";

/** What a request says of one zone's node. */
interface Asked extends Omit<NodeRecord, "loopbackHost"> {
  /** For a node that has no prefix and for which none was named. */
  drawnPrefix?: string;
}

export interface NodeSettings {
  scheme: LoadBalancerRecord["scheme"];
  ipAddressType: LoadBalancerRecord["ipAddressType"];
  sourceNat: boolean;
  /** Those that it has. */
  present: readonly ZoneRecord[];
}

/** Addresses by subnet; throws AWS's errors for those that cannot be. */
export async function readNodes(
  env: Pick<Environment, "clients" | "random">,
  scope: Scope,
  mappings: readonly SubnetMapping[],
  settings: NodeSettings,
): Promise<Map<string, Asked>> {
  const asked = new Map<string, Asked>();
  for (const mapping of mappings) {
    const { SubnetId = "" } = mapping;
    const own = settings.present.find(({ subnetId }) => subnetId === SubnetId)?.node;
    asked.set(SubnetId, {
      ...(await readIpv4(env, scope, mapping, settings, own)),
      ...(await readIpv6(env, scope, mapping, settings)),
    });
  }
  const ids = [...asked.values()].flatMap(({ elasticIp }) => elasticIp?.allocationId ?? []);
  if (new Set(ids).size < ids.length)
    throw validationError("An Elastic IP address can be specified for one subnet only");
  return asked;
}

async function readIpv4(
  env: Pick<Environment, "clients">,
  scope: Scope,
  { SubnetId = "", AllocationId, PrivateIPv4Address }: SubnetMapping,
  { scheme }: NodeSettings,
  own: NodeRecord | undefined,
): Promise<Asked> {
  if (AllocationId !== undefined) {
    if (scheme === "internal")
      throw invalidConfiguration(
        "Elastic IPs are not supported for load balancers with scheme 'internal'",
      );
    if (own?.elasticIp?.allocationId === AllocationId) return { elasticIp: own.elasticIp };
    const address = await elasticIp(env, scope, AllocationId);
    return { elasticIp: { allocationId: AllocationId, address } };
  }
  if (PrivateIPv4Address === undefined) return {};
  if (own?.privateAddress === PrivateIPv4Address) return { privateAddress: PrivateIPv4Address };
  if (scheme !== "internal")
    throw invalidConfiguration(
      "Private IPv4 addresses are not supported for load balancers with scheme 'internet-facing'",
    );
  const { CidrBlock = "", VpcId = "" } = await describeSubnet(env, scope, SubnetId);
  if (!compileBlocks([CidrBlock])(PrivateIPv4Address))
    throw invalidConfiguration(
      `The private IPv4 address '${PrivateIPv4Address}' is not within the CIDR block of subnet '${SubnetId}'`,
    );
  if (await interfaceWithAddress(env, scope, VpcId, PrivateIPv4Address))
    throw addressInUse(PrivateIPv4Address);
  return { privateAddress: PrivateIPv4Address };
}

async function readIpv6(
  env: Pick<Environment, "clients" | "random">,
  scope: Scope,
  { SubnetId = "", IPv6Address, SourceNatIpv6Prefix }: SubnetMapping,
  { ipAddressType, sourceNat }: NodeSettings,
): Promise<Asked> {
  if (SourceNatIpv6Prefix !== undefined && !sourceNat)
    throw invalidConfiguration(
      "A source NAT IPv6 prefix can be specified only where EnablePrefixForIpv6SourceNat is on",
    );
  if (IPv6Address !== undefined && ipAddressType !== "dualstack")
    throw invalidConfiguration(
      `IPv6 addresses are not supported for load balancers with IP address type '${ipAddressType}'`,
    );
  if (!sourceNat && IPv6Address === undefined) return {};
  const { Ipv6CidrBlockAssociationSet = [] } = await describeSubnet(env, scope, SubnetId);
  const block = Ipv6CidrBlockAssociationSet[0]?.Ipv6CidrBlock ?? "";
  if (IPv6Address !== undefined && !compileBlocks([block])(IPv6Address))
    throw invalidConfiguration(
      `The IPv6 address '${IPv6Address}' is not within the IPv6 CIDR block of subnet '${SubnetId}'`,
    );
  const named = SourceNatIpv6Prefix !== undefined && SourceNatIpv6Prefix !== "auto_assigned";
  return {
    ...(IPv6Address !== undefined && { ipv6Address: IPv6Address }),
    ...(named
      ? { sourceNatPrefix: readPrefix(SourceNatIpv6Prefix, block) }
      : sourceNat && { drawnPrefix: drawPrefix(env.random, block) }),
  };
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
    const { drawnPrefix, ...chosen } = asked.get(zone.subnetId) ?? {};
    const loopbackHost = present?.loopbackHost ?? drawLoopbackHost(random, used);
    used.add(loopbackHost);
    const sourceNatPrefix = chosen.sourceNatPrefix ?? present?.sourceNatPrefix ?? drawnPrefix;
    const node = { loopbackHost, ...(present ?? chosen) };
    return {
      ...zone,
      node: { ...node, ...(sourceNatPrefix !== undefined && { sourceNatPrefix }) },
    };
  });
}

/**
 * "You can't change these addresses after you create the load balancer."
 * https://docs.aws.amazon.com/elasticloadbalancing/latest/network/availability-zones.html
 */
function checkKept(asked: ReadonlyMap<string, Asked>, before: readonly ZoneRecord[]): void {
  for (const { subnetId, node } of before) {
    const { elasticIp, privateAddress, ipv6Address } = asked.get(subnetId) ?? {};
    if (elasticIp && elasticIp.allocationId !== node?.elasticIp?.allocationId)
      throw addressFixed(subnetId);
    if (privateAddress !== undefined && privateAddress !== node?.privateAddress)
      throw addressFixed(subnetId);
    if (ipv6Address !== undefined && ipv6Address !== node?.ipv6Address)
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
  for (const [subnetId, { elasticIp, privateAddress, ipv6Address }] of asked) {
    if (subnets.has(subnetId)) continue;
    const wanted = elasticIp?.allocationId;
    if (wanted !== undefined && nodes.some((node) => node.elasticIp?.allocationId === wanted))
      throw addressInUse(wanted);
    if (
      privateAddress !== undefined &&
      nodes.some((node) => node.privateAddress === privateAddress)
    )
      throw addressInUse(privateAddress);
    if (ipv6Address !== undefined && nodes.some((node) => node.ipv6Address === ipv6Address))
      throw addressInUse(ipv6Address);
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
  const { elasticIp, privateAddress, ipv6Address } = node ?? {};
  const shown = {
    ...(elasticIp && { IpAddress: elasticIp.address, AllocationId: elasticIp.allocationId }),
    ...(privateAddress !== undefined && { PrivateIPv4Address: privateAddress }),
    ...(ipv6Address !== undefined && { IPv6Address: ipv6Address }),
  };
  return Object.keys(shown).length > 0 ? [shown] : [];
}
