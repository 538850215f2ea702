import { pick } from "../properties.ts";
import { defineResourceType } from "../resource-type.ts";
import { applyPolicies, dropPolicies, orUndefined, updatePolicies } from "./inline-policies.ts";

/** https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/aws-resource-iam-group.html */
export const resourceType = defineResourceType({
  type: "AWS::IAM::Group",
  name: { property: "GroupName", maxLength: 128 },
  async create({ clients, properties, name }) {
    await clients.iam.CreateGroup({ GroupName: name, ...pick(properties, "Path") });
    return name;
  },
  async find({ clients, name }) {
    return (await orUndefined(clients.iam.GetGroup({ GroupName: name }))) && name;
  },
  configure: (request) => applyPolicies(request, "Group"),
  async update(request) {
    const { clients, properties, physicalId: GroupName, changed } = request;
    if (changed.includes("Path"))
      await clients.iam.UpdateGroup({ GroupName, NewPath: properties["Path"] ?? "/" });
    await updatePolicies(request, "Group");
  },
  async delete(request) {
    await dropPolicies(request, "Group");
    await request.clients.iam.DeleteGroup({ GroupName: request.physicalId });
  },
  async attributes({ clients, physicalId }) {
    const { Group } = await clients.iam.GetGroup({ GroupName: physicalId });
    return { Arn: Group?.Arn };
  },
});
