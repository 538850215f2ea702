import { AwsError } from "#model/error.ts";
import { pick, tagList } from "../properties.ts";
import { defineResourceType, type ExistingRequest, type Properties } from "../resource-type.ts";
import { updateTags } from "./tagged.ts";

const healthCheck = [
  "HealthCheckEnabled",
  "HealthCheckIntervalSeconds",
  "HealthCheckPath",
  "HealthCheckPort",
  "HealthCheckProtocol",
  "HealthCheckTimeoutSeconds",
  "HealthyThresholdCount",
  "Matcher",
  "UnhealthyThresholdCount",
];

/** https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/aws-resource-elasticloadbalancingv2-targetgroup.html */
export const resourceType = defineResourceType({
  type: "AWS::ElasticLoadBalancingV2::TargetGroup",
  unsupported: { TargetControlPort: "targets are not controlled" },
  name: { property: "Name", maxLength: 32 },
  async create({ clients, properties, name, tags }) {
    const { TargetGroups } = await clients.elbv2.CreateTargetGroup({
      Name: name,
      ...pick(
        properties,
        ...healthCheck,
        "IpAddressType",
        "Port",
        "Protocol",
        "ProtocolVersion",
        "TargetType",
        "VpcId",
      ),
      Tags: tagList(tags),
    });
    return TargetGroups![0]!.TargetGroupArn!;
  },
  async find({ clients, name }) {
    try {
      const { TargetGroups } = await clients.elbv2.DescribeTargetGroups({ Names: [name] });
      return TargetGroups?.[0]?.TargetGroupArn;
    } catch (error) {
      if (error instanceof AwsError && /TargetGroupNotFound/.test(error.code)) return undefined;
      throw error;
    }
  },
  async configure(request) {
    const { clients, properties, physicalId: TargetGroupArn } = request;
    await applyAttributes(request);
    const { Targets: targets = [] } = properties;
    if (targets.length > 0)
      await clients.elbv2.RegisterTargets({ TargetGroupArn, Targets: targets });
  },
  async update(request) {
    const { clients, properties, previous, physicalId: TargetGroupArn, changed } = request;
    if (changed.some((name) => healthCheck.includes(name)))
      await clients.elbv2.ModifyTargetGroup({
        TargetGroupArn,
        ...pick(properties, ...healthCheck),
      });
    if (changed.includes("TargetGroupAttributes")) await applyAttributes(request);
    if (changed.includes("Targets")) {
      const before: Properties[] = previous["Targets"] ?? [];
      const next: Properties[] = properties["Targets"] ?? [];
      const texts = next.map((target) => JSON.stringify(target));
      const gone = before.filter((target) => !texts.includes(JSON.stringify(target)));
      if (gone.length > 0)
        await clients.elbv2.DeregisterTargets({ TargetGroupArn, Targets: gone as never });
      if (next.length > 0)
        await clients.elbv2.RegisterTargets({ TargetGroupArn, Targets: next as never });
    }
    await updateTags(request);
  },
  async delete({ clients, physicalId }) {
    await clients.elbv2.DeleteTargetGroup({ TargetGroupArn: physicalId });
  },
  async attributes(request) {
    const { TargetGroups } = await request.clients.elbv2.DescribeTargetGroups({
      TargetGroupArns: [request.physicalId],
    });
    return {
      TargetGroupArn: request.physicalId,
      TargetGroupName: TargetGroups?.[0]?.TargetGroupName,
      TargetGroupFullName: request.physicalId.split(":").at(-1),
      LoadBalancerArns: TargetGroups?.[0]?.LoadBalancerArns ?? [],
    };
  },
});

async function applyAttributes({ clients, properties, physicalId }: ExistingRequest) {
  const attributes = properties["TargetGroupAttributes"] ?? [];
  if (attributes.length > 0)
    await clients.elbv2.ModifyTargetGroupAttributes({
      TargetGroupArn: physicalId,
      Attributes: attributes,
    });
}
