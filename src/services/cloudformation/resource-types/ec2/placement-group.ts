import { pick, tagList } from "../properties.ts";
import { AwsError } from "#model/error.ts";
import { defineResourceType, type ResourceRequest } from "../resource-type.ts";

/** https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/aws-resource-ec2-placementgroup.html */
export const resourceType = defineResourceType({
  type: "AWS::EC2::PlacementGroup",
  unsupported: {
    ParentGroupId: "groups are not linked",
    "SpreadLevel=host": "there are no outposts",
  },
  name: { property: "GroupName", maxLength: 255 },
  async create({ clients, properties, name, tags }) {
    const Tags = tagList(tags);
    await clients.ec2.CreatePlacementGroup({
      GroupName: name,
      ...pick(properties, "Strategy", "SpreadLevel", "PartitionCount"),
      ...(Tags.length > 0 && {
        TagSpecifications: [{ ResourceType: "placement-group", Tags }],
      }),
    });
    return name;
  },
  async find(request) {
    return (await describe(request, request.name)) && request.name;
  },
  async delete({ clients, physicalId }) {
    await clients.ec2.DeletePlacementGroup({ GroupName: physicalId });
  },
  async attributes(request) {
    const group = await describe(request, request.physicalId);
    return { GroupName: request.physicalId, GroupId: group?.GroupId };
  },
});

async function describe({ clients }: ResourceRequest, name: string) {
  try {
    const { PlacementGroups } = await clients.ec2.DescribePlacementGroups({ GroupNames: [name] });
    return PlacementGroups?.[0];
  } catch (error) {
    if (error instanceof AwsError && error.code === "InvalidPlacementGroup.Unknown")
      return undefined;
    throw error;
  }
}
