import { pick, tagChanges, tagList } from "../properties.ts";
import { defineResourceType, type ExistingRequest, type Properties } from "../resource-type.ts";

function input(RuleName: string, properties: Properties) {
  return {
    RuleName,
    RuleDefinition: properties["RuleBody"],
    ...pick(properties, "RuleState", "ApplyOnTransformedLogs"),
  };
}

/** https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/aws-resource-cloudwatch-insightrule.html */
export const resourceType = defineResourceType({
  type: "AWS::CloudWatch::InsightRule",
  name: { property: "RuleName", maxLength: 128 },
  async create({ clients, properties, name, tags }) {
    await clients.cloudwatch.PutInsightRule({ ...input(name, properties), Tags: tagList(tags) });
    return name;
  },
  async update(request) {
    const { clients, properties, physicalId } = request;
    await clients.cloudwatch.PutInsightRule(input(physicalId, properties));
    const { added, removed } = tagChanges(request);
    const ResourceARN = arnOf(request);
    if (removed.length > 0)
      await clients.cloudwatch.UntagResource({ ResourceARN, TagKeys: removed });
    if (Object.keys(added).length > 0)
      await clients.cloudwatch.TagResource({ ResourceARN, Tags: tagList(added) });
  },
  async delete({ clients, physicalId }) {
    await clients.cloudwatch.DeleteInsightRules({ RuleNames: [physicalId] });
  },
  attributes: async (request) => ({ Arn: arnOf(request), RuleName: request.physicalId }),
});

function arnOf({ scope: { region, account }, physicalId }: ExistingRequest): string {
  return `arn:aws:cloudwatch:${region}:${account}:insight-rule/${physicalId}`;
}
