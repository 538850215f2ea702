/** Which addresses clients reach a load balancer under. */
import { networkInterfaces } from "node:os";
import type { Environment } from "#services/kit/service.ts";
import type { Scope } from "#store/collection.ts";
import type { BoundListener } from "#traffic/application/config.ts";
import { targetGroupsOf } from "./actions.ts";
import type { BalancerRecords } from "./balancer-records.ts";
import { invalidConfiguration, unsupported, validationError } from "./errors.ts";
import { describeSubnet } from "./network.ts";
import type { LoadBalancerRecord, TargetGroupRecord } from "./records.ts";

type Type = LoadBalancerRecord["ipAddressType"];

/** Whether listeners can be bound on ::1. */
export function hasIpv6(): boolean {
  return Object.values(networkInterfaces()).some((addresses) =>
    addresses?.some(({ address }) => address === "::1"),
  );
}

export const isDualstack = ({ ipAddressType }: Pick<LoadBalancerRecord, "ipAddressType">) =>
  ipAddressType !== "ipv4";

/**
 * Throws when the load balancer cannot have the type.
 * https://docs.aws.amazon.com/elasticloadbalancing/latest/application/load-balancer-ip-address-type.html
 */
export async function checkType(
  env: Pick<Environment, "clients">,
  scope: Scope,
  type: Type,
  { network, subnetIds }: { network: boolean; subnetIds: readonly string[] },
): Promise<void> {
  if (type === "ipv4") return;
  if (network && type !== "dualstack")
    throw validationError(
      `The IP address type '${type}' is not supported for load balancers with type 'network'`,
    );
  for (const id of subnetIds) {
    const { Ipv6CidrBlockAssociationSet = [] } = await describeSubnet(env, scope, id);
    if (!Ipv6CidrBlockAssociationSet.some((one) => one.Ipv6CidrBlockState?.State === "associated"))
      throw validationError("You must specify subnets with an associated IPv6 CIDR block.");
  }
  if (!hasIpv6())
    throw unsupported(`the IP address type '${type}' on a machine without the IPv6 address ::1`);
}

/** Throws where groups and listeners that are there already forbid the load balancer's type. */
export function checkUses({ balancer, listeners, groups }: BalancerRecords): void {
  if (!isDualstack(balancer)) {
    if (groups.some(({ record }) => record.ipAddressType === "ipv6")) throw ipv6GroupOnIpv4();
    return;
  }
  for (const { record, rules } of listeners) {
    const arns = [record, ...rules].flatMap(({ actions }) => targetGroupsOf(actions));
    const own = groups.filter((group) => arns.includes(group.record.arn));
    checkDatagrams(
      balancer,
      record.protocol,
      own.map((group) => group.record),
    );
  }
}

const takesDatagrams = (protocol: string) => protocol === "UDP" || protocol === "TCP_UDP";

/**
 * Throws where a dualstack load balancer's listener cannot take datagrams for these groups.
 * https://docs.aws.amazon.com/elasticloadbalancing/latest/network/create-listener.html
 */
export function checkDatagrams(
  balancer: LoadBalancerRecord,
  protocol: string,
  groups: readonly TargetGroupRecord[],
): void {
  if (!isDualstack(balancer) || !takesDatagrams(protocol)) return;
  if (!balancer.sourceNat)
    throw invalidConfiguration(
      `You cannot specify the ${protocol} protocol for a load balancer with the IP address type 'dualstack' unless EnablePrefixForIpv6SourceNat is on`,
    );
  const refused = groups.filter(({ ipAddressType }) => ipAddressType !== "ipv6");
  if (refused.length > 0)
    throw invalidConfiguration(
      `You cannot use an IPv4 target group with a ${protocol} listener for a dualstack load balancer: ${refused.map(({ arn }) => arn).join(", ")}`,
    );
}

/** As users see it: https://github.com/zalando-incubator/kube-ingress-aws-controller/pull/752 */
export const ipv6GroupOnIpv4 = () =>
  invalidConfiguration(
    "You cannot associate an IPv6 target group with a load balancer that has an 'ipv4' IP address type",
  );

/** https://docs.aws.amazon.com/elasticloadbalancing/latest/network/load-balancer-target-groups.html#target-group-ip-address-type */
export function checkIpv6Group(targetType: string): void {
  if (targetType !== "instance" && targetType !== "ip")
    throw validationError(
      `The IP address type 'ipv6' is not supported for target groups with target type '${targetType}'`,
    );
}

/**
 * What names lead to: to `loopbackHost`, where listeners will be, before there is one. There is one address of IPv6: it
 * is told where it has the listeners' own ports, for elsewhere it is another's.
 */
export function addressesOf(
  { ipAddressType, scheme }: LoadBalancerRecord,
  loopbackHost: string,
  listeners: readonly { port: number; bound: BoundListener | undefined }[],
): string[] {
  const present = listeners.filter(({ bound }) => bound !== undefined);
  const withIpv6 = present.filter(({ bound }) => bound!.ipv6);
  const isOwn =
    withIpv6.length > 0 && withIpv6.every(({ port, bound }) => bound!.ipv6!.port === port);
  const isPrivate =
    ipAddressType === "dualstack-without-public-ipv4" && scheme === "internet-facing";
  const hosts =
    listeners.length === 0 ? [loopbackHost] : new Set(present.map(({ bound }) => bound!.host));
  return [...(isPrivate ? [] : hosts), ...(isOwn ? ["::1"] : [])];
}
