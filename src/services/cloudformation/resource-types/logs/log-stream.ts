import { defineResourceType } from "../resource-type.ts";

/** https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/aws-resource-logs-logstream.html */
export const resourceType = defineResourceType({
  type: "AWS::Logs::LogStream",
  name: { property: "LogStreamName", maxLength: 512 },
  async create({ clients, properties, name }) {
    await clients.logs.CreateLogStream({
      logGroupName: properties["LogGroupName"],
      logStreamName: name,
    });
    return name;
  },
  async find({ clients, properties, name }) {
    const { logStreams = [] } = await clients.logs.DescribeLogStreams({
      logGroupName: properties["LogGroupName"],
      logStreamNamePrefix: name,
    });
    return logStreams.find(({ logStreamName }) => logStreamName === name)?.logStreamName;
  },
  async delete({ clients, properties, physicalId }) {
    await clients.logs.DeleteLogStream({
      logGroupName: properties["LogGroupName"],
      logStreamName: physicalId,
    });
  },
});
