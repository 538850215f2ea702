import { pick, tagChanges, tagList } from "../properties.ts";
import { defineResourceType, type Properties } from "../resource-type.ts";

function input(name: string, properties: Properties) {
  return {
    Name: name,
    Value: properties["Value"],
    Type: properties["Type"],
    ...pick(properties, "AllowedPattern", "DataType", "Description", "Policies", "Tier"),
  };
}

/** https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/aws-resource-ssm-parameter.html */
export const resourceType = defineResourceType({
  type: "AWS::SSM::Parameter",
  name: { property: "Name", maxLength: 1011 },
  unsupported: { "Type=SecureString": "CloudFormation makes no secure parameters" },
  async create({ clients, properties, name, tags }) {
    await clients.ssm.PutParameter({ ...input(name, properties), Tags: tagList(tags) });
    return name;
  },
  async find({ clients, name }) {
    const { Parameters = [] } = await clients.ssm.GetParameters({ Names: [name] });
    return Parameters[0]?.Name;
  },
  async update(request) {
    const { clients, properties, physicalId, changed } = request;
    if (changed.some((name) => name !== "Tags"))
      await clients.ssm.PutParameter({ ...input(physicalId, properties), Overwrite: true });
    const { added, removed } = tagChanges(request);
    const resource = { ResourceType: "Parameter", ResourceId: physicalId } as const;
    if (removed.length > 0)
      await clients.ssm.RemoveTagsFromResource({ ...resource, TagKeys: removed });
    if (Object.keys(added).length > 0)
      await clients.ssm.AddTagsToResource({ ...resource, Tags: tagList(added) });
  },
  async delete({ clients, physicalId }) {
    await clients.ssm.DeleteParameter({ Name: physicalId });
  },
  attributes: async ({ properties, physicalId }) => ({
    Name: physicalId,
    Type: properties["Type"],
    Value: properties["Value"],
  }),
});
