import { AwsError } from "#model/error.ts";
import { defaultSecurityGroup } from "../default-security-group.ts";
import { pick, tagList } from "../properties.ts";
import {
  defineResourceType,
  ResourceFailure,
  type ExistingRequest,
  type ResourceRequest,
} from "../resource-type.ts";
import { updateTags } from "./tagged.ts";

/** https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/aws-resource-elasticloadbalancingv2-loadbalancer.html */
export const resourceType = defineResourceType({
  type: "AWS::ElasticLoadBalancingV2::LoadBalancer",
  unsupported: {
    Ipv4IpamPoolId: "there is no address manager",
  },
  name: { property: "Name", maxLength: 32 },
  async create({ clients, properties, name, tags }) {
    const { LoadBalancers } = await clients.elbv2.CreateLoadBalancer({
      Name: name,
      ...pick(
        properties,
        "EnablePrefixForIpv6SourceNat",
        "IpAddressType",
        "Scheme",
        "SecurityGroups",
        "SubnetMappings",
        "Subnets",
        "Type",
      ),
      Tags: tagList(tags),
    });
    return LoadBalancers![0]!.LoadBalancerArn!;
  },
  find: async (request) => (await named(request))?.LoadBalancerArn,
  async configure(request) {
    if (request.properties["EnforceSecurityGroupInboundRulesOnPrivateLinkTraffic"] !== undefined)
      await setSecurityGroups(request);
    await applyAttributes(request);
    // It is provisioned at once, whatever EnableCapacityReservationProvisionStabilize says.
    if (request.properties["MinimumLoadBalancerCapacity"] !== undefined)
      await reserveCapacity(request);
  },
  async stabilize(request) {
    const balancer = await describe(request);
    if (balancer?.State?.Code === "failed")
      throw new ResourceFailure(
        `LoadBalancer ${request.physicalId} did not stabilize: ${balancer.State.Reason ?? ""}`,
      );
    // One that is impaired routes traffic.
    return balancer?.State?.Code?.startsWith("active") === true;
  },
  async update(request) {
    const { clients, properties, physicalId: LoadBalancerArn, changed } = request;
    const { elbv2 } = clients;
    if (
      changed.includes("SecurityGroups") ||
      changed.includes("EnforceSecurityGroupInboundRulesOnPrivateLinkTraffic")
    )
      await setSecurityGroups(request);
    // Which subnets will do depends on the type: both change together.
    const IpAddressType = properties["IpAddressType"] ?? "ipv4";
    const prefixes = changed.includes("EnablePrefixForIpv6SourceNat");
    if (changed.includes("Subnets") || changed.includes("SubnetMappings") || prefixes)
      await elbv2.SetSubnets({
        LoadBalancerArn,
        ...pick(properties, "Subnets", "SubnetMappings"),
        IpAddressType,
        ...(prefixes && {
          EnablePrefixForIpv6SourceNat: properties["EnablePrefixForIpv6SourceNat"] ?? "off",
        }),
      });
    else if (changed.includes("IpAddressType"))
      await elbv2.SetIpAddressType({ LoadBalancerArn, IpAddressType });
    if (changed.includes("LoadBalancerAttributes")) await applyAttributes(request);
    if (changed.includes("MinimumLoadBalancerCapacity")) await reserveCapacity(request);
    await updateTags(request);
  },
  async delete({ clients, physicalId }) {
    await clients.elbv2.DeleteLoadBalancer({ LoadBalancerArn: physicalId });
  },
  async attributes(request) {
    const balancer = await describe(request);
    return {
      LoadBalancerArn: request.physicalId,
      LoadBalancerName: balancer?.LoadBalancerName,
      LoadBalancerFullName: request.physicalId.split(":loadbalancer/")[1],
      CanonicalHostedZoneID: balancer?.CanonicalHostedZoneId,
      DNSName: balancer?.DNSName,
      SecurityGroups: balancer?.SecurityGroups ?? [],
    };
  },
});

/** One that names none gets what it would have been created with: the default group of its VPC. */
async function setSecurityGroups(request: ExistingRequest) {
  const { clients, properties, physicalId } = request;
  const wanted: string[] | undefined = properties["SecurityGroups"];
  const { VpcId, Type } = (wanted === undefined && (await describe(request))) || {};
  await clients.elbv2.SetSecurityGroups({
    LoadBalancerArn: physicalId,
    SecurityGroups:
      wanted ?? (Type === "application" ? await defaultSecurityGroup(clients, VpcId!) : []),
    ...pick(properties, "EnforceSecurityGroupInboundRulesOnPrivateLinkTraffic"),
  });
}

async function reserveCapacity({ clients, properties, physicalId }: ExistingRequest) {
  const { MinimumLoadBalancerCapacity } = properties;
  await clients.elbv2.ModifyCapacityReservation({
    LoadBalancerArn: physicalId,
    ...(MinimumLoadBalancerCapacity === undefined
      ? { ResetCapacityReservation: true }
      : { MinimumLoadBalancerCapacity }),
  });
}

async function describe({ clients, physicalId }: ExistingRequest) {
  const { LoadBalancers } = await clients.elbv2.DescribeLoadBalancers({
    LoadBalancerArns: [physicalId],
  });
  return LoadBalancers?.[0];
}

async function named({ clients, name }: ResourceRequest) {
  try {
    const { LoadBalancers } = await clients.elbv2.DescribeLoadBalancers({ Names: [name] });
    return LoadBalancers?.[0];
  } catch (error) {
    if (error instanceof AwsError && /LoadBalancerNotFound/.test(error.code)) return undefined;
    throw error;
  }
}

async function applyAttributes({ clients, properties, physicalId }: ExistingRequest) {
  const attributes = properties["LoadBalancerAttributes"] ?? [];
  if (attributes.length > 0)
    await clients.elbv2.ModifyLoadBalancerAttributes({
      LoadBalancerArn: physicalId,
      Attributes: attributes,
    });
}
