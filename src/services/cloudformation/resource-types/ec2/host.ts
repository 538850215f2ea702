import { pick } from "../properties.ts";
import { defineResourceType } from "../resource-type.ts";
import { findTagged, tagSpecifications, updateTags } from "./tagged.ts";

/** https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/aws-resource-ec2-host.html */
export const resourceType = defineResourceType({
  type: "AWS::EC2::Host",
  unsupported: { OutpostArn: "there are no outposts", AssetId: "there are no outposts" },
  async create(request) {
    const { clients, properties, token } = request;
    const { HostIds } = await clients.ec2.AllocateHosts({
      ClientToken: token,
      Quantity: 1,
      ...pick(
        properties,
        "AutoPlacement",
        "AvailabilityZone",
        "HostMaintenance",
        "HostRecovery",
        "InstanceFamily",
        "InstanceType",
      ),
      ...tagSpecifications(request, "dedicated-host"),
    });
    return HostIds![0]!;
  },
  find: (request) => findTagged(request, "dedicated-host"),
  async update(request) {
    const { clients, properties, physicalId, changed } = request;
    if (changed.some((name) => ["AutoPlacement", "HostMaintenance", "HostRecovery"].includes(name)))
      await clients.ec2.ModifyHosts({
        HostIds: [physicalId],
        AutoPlacement: properties["AutoPlacement"] ?? "on",
        HostMaintenance: properties["HostMaintenance"] ?? "off",
        HostRecovery: properties["HostRecovery"] ?? "off",
      });
    await updateTags(request);
  },
  async delete({ clients, physicalId }) {
    const { Unsuccessful } = await clients.ec2.ReleaseHosts({ HostIds: [physicalId] });
    const [refused] = Unsuccessful ?? [];
    if (refused) throw new Error(refused.Error?.Message);
  },
  attributes: async ({ physicalId }) => ({ HostId: physicalId }),
});
