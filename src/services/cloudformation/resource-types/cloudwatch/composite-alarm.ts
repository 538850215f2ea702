import { pick, tagList } from "../properties.ts";
import { defineResourceType, type ExistingRequest, type Properties } from "../resource-type.ts";
import { retagAlarm } from "./alarm-tags.ts";

function input(AlarmName: string, properties: Properties) {
  return {
    AlarmName,
    AlarmRule: properties["AlarmRule"],
    ...pick(
      properties,
      "ActionsEnabled",
      "ActionsSuppressor",
      "ActionsSuppressorExtensionPeriod",
      "ActionsSuppressorWaitPeriod",
      "AlarmActions",
      "AlarmDescription",
      "InsufficientDataActions",
      "OKActions",
    ),
  };
}

/** https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/aws-resource-cloudwatch-compositealarm.html */
export const resourceType = defineResourceType({
  type: "AWS::CloudWatch::CompositeAlarm",
  name: { property: "AlarmName", maxLength: 255 },
  async create({ clients, properties, name, tags }) {
    await clients.cloudwatch.PutCompositeAlarm({ ...input(name, properties), Tags: tagList(tags) });
    return name;
  },
  async find(request) {
    return (await describe({ ...request, physicalId: request.name })) ? request.name : undefined;
  },
  async update(request) {
    const { clients, properties, physicalId } = request;
    await clients.cloudwatch.PutCompositeAlarm(input(physicalId, properties));
    await retagAlarm(request, async () => (await describe(request))?.AlarmArn);
  },
  async delete({ clients, physicalId }) {
    await clients.cloudwatch.DeleteAlarms({ AlarmNames: [physicalId] });
  },
  attributes: async (request) => ({ Arn: (await describe(request))?.AlarmArn }),
});

async function describe({ clients, physicalId }: Pick<ExistingRequest, "clients" | "physicalId">) {
  const { CompositeAlarms } = await clients.cloudwatch.DescribeAlarms({
    AlarmNames: [physicalId],
    AlarmTypes: ["CompositeAlarm"],
  });
  return CompositeAlarms?.[0];
}
