import type { Operation } from "#services/kit/service.ts";
import { checkName, loadBalancerArn, newId } from "../arns.ts";
import {
  duplicateLoadBalancer,
  tooManyLoadBalancers,
  unsupported,
  validationError,
} from "../errors.ts";
import { checkType } from "../ip-address-type.ts";
import { isNetwork } from "../kinds.ts";
import { limits } from "../limits.ts";
import { readNodes, takenHosts, withNodes } from "../network-load-balancers/nodes.ts";
import { readSourceNat } from "../network-load-balancers/source-nat.ts";
import { drawLoopbackHost } from "#services/kit/load-balancing/loopback-host.ts";
import { placeIn, securityGroupsIn } from "../network.ts";
import { loadBalancers, type LoadBalancerRecord } from "../records.ts";
import { loadBalancerShape } from "../shapes.ts";
import type { State } from "../state.ts";
import { readTags } from "../tagging.ts";
import { addressedSubnets, mappingsOf, subnetIdsOf } from "../subnet-mappings.ts";

/** https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_CreateLoadBalancer.html */
export const createLoadBalancer: Operation<"elbv2", "CreateLoadBalancer", State> = async (
  input,
  context,
) => {
  const { Type = "application", Scheme: scheme = "internet-facing" } = input;
  const { IpAddressType: ipAddressType = "ipv4" } = input;
  if (Type === "gateway") throw unsupported("load balancers of type 'gateway'");
  const network = Type === "network";
  const name = checkName("load balancer", input.Name);
  if (input.CustomerOwnedIpv4Pool !== undefined) throw unsupported("CustomerOwnedIpv4Pool");
  if (input.IpamPools !== undefined) throw unsupported("IpamPools");
  if ((input.SecurityGroups?.length ?? 0) > limits.securityGroupsPerLoadBalancer)
    throw validationError(
      `The maximum number of security groups is '${limits.securityGroupsPerLoadBalancer}'`,
    );
  const sourceNat = readSourceNat(input.EnablePrefixForIpv6SourceNat, false, {
    network,
    type: ipAddressType,
  });
  const tags = readTags(input.Tags, context.principal);
  const subnetIds = subnetIdsOf(input, network ? "network" : "application");
  const addressed = addressedSubnets(input);
  const before = await context.store.transaction((tx) => loadBalancers.get(tx, context, name));
  const { vpcId, zones } = await placeIn(
    context,
    context,
    subnetIds,
    { scheme, network, addressed },
    before?.zones,
  );
  await checkType(context, context, ipAddressType, { network, subnetIds });
  const settings = { scheme, ipAddressType, sourceNat, present: before?.zones ?? [] };
  const nodes = network
    ? await readNodes(context, context, mappingsOf(input), settings)
    : undefined;
  // A network load balancer has security groups only where it was created with some.
  const securityGroups =
    network && !input.SecurityGroups?.length
      ? []
      : await securityGroupsIn(context, context, vpcId, input.SecurityGroups);
  const { random, clock } = context;
  const record = await context.store.transaction(async (tx) => {
    const all = await loadBalancers.list(tx, context);
    const present = all.find((balancer) => balancer.name === name);
    if (present) {
      if (
        isNetwork(present) !== network ||
        !sameSettings(present, { scheme, securityGroups, zones, ipAddressType })
      )
        throw duplicateLoadBalancer(name);
      return present;
    }
    const alike = all.filter((other) => isNetwork(other) === network);
    if (alike.length >= limits.loadBalancersPerRegion) throw tooManyLoadBalancers();
    const id = newId(random);
    const arn = loadBalancerArn(context, network ? "net" : "app", name, id);
    const suffix = network ? id : random.string(10, "0123456789");
    const taken = takenHosts(all);
    const placed = nodes ? withNodes(zones, nodes, [], all, random) : zones;
    const prefix = scheme === "internal" ? "internal-" : "";
    const created: LoadBalancerRecord = {
      arn,
      ...(network && { type: "network" }),
      name,
      dnsName: `${prefix}${name}-${suffix}.${context.region}.elb.localhost`,
      scheme,
      vpcId,
      ipAddressType,
      ...(sourceNat && { sourceNat }),
      securityGroups,
      zones: placed,
      createdMs: clock.now(),
      state: "provisioning",
      attributes: {},
      tags,
      loopbackHost: placed[0]?.node?.loopbackHost ?? drawLoopbackHost(random, taken),
      secret: random.hex(64),
    };
    loadBalancers.put(tx, context, [name], created);
    return created;
  });
  return { LoadBalancers: [loadBalancerShape(record)] };
};

function sameSettings(
  present: LoadBalancerRecord,
  asked: Pick<LoadBalancerRecord, "scheme" | "securityGroups" | "zones" | "ipAddressType">,
): boolean {
  const subnets = ({ zones }: Pick<LoadBalancerRecord, "zones">) =>
    zones.map(({ subnetId }) => subnetId).sort();
  return (
    present.scheme === asked.scheme &&
    present.ipAddressType === asked.ipAddressType &&
    String([...present.securityGroups].sort()) === String([...asked.securityGroups].sort()) &&
    String(subnets(present)) === String(subnets(asked))
  );
}
