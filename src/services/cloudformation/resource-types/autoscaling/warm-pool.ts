import { pick } from "../properties.ts";
import { defineResourceType, type ExistingRequest, type Properties } from "../resource-type.ts";

/** https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/aws-resource-autoscaling-warmpool.html */
export const resourceType = defineResourceType({
  type: "AWS::AutoScaling::WarmPool",
  async create({ clients, properties }) {
    await clients.autoscaling.PutWarmPool(input(properties));
    return properties["AutoScalingGroupName"];
  },
  async update({ clients, properties }) {
    await clients.autoscaling.PutWarmPool({
      // What the template says no longer goes back to its default.
      MaxGroupPreparedCapacity: -1,
      MinSize: 0,
      PoolState: "Stopped",
      InstanceReusePolicy: { ReuseOnScaleIn: false },
      ...input(properties),
    });
  },
  async delete(request) {
    const pool = await describePool(request);
    if (!pool || pool.Status === "PendingDelete") return;
    await request.clients.autoscaling.DeleteWarmPool({
      AutoScalingGroupName: request.physicalId,
      ForceDelete: true,
    });
  },
  async deleted(request) {
    return (await describePool(request)) === undefined;
  },
});

function input(properties: Properties) {
  return {
    AutoScalingGroupName: properties["AutoScalingGroupName"],
    ...pick(properties, "InstanceReusePolicy", "MaxGroupPreparedCapacity", "MinSize", "PoolState"),
  };
}

async function describePool({ clients, physicalId }: ExistingRequest) {
  const { AutoScalingGroups } = await clients.autoscaling.DescribeAutoScalingGroups({
    AutoScalingGroupNames: [physicalId],
  });
  return AutoScalingGroups?.[0]?.WarmPoolConfiguration;
}
