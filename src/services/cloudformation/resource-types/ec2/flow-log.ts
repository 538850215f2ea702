import { pick } from "../properties.ts";
import { defineResourceType, ResourceFailure } from "../resource-type.ts";
import { findTagged, tagSpecifications, updateTags } from "./tagged.ts";

/** https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/aws-resource-ec2-flowlog.html */
export const resourceType = defineResourceType({
  type: "AWS::EC2::FlowLog",
  unsupported: {
    DeliverCrossAccountRole: "logs stay within the account",
    TagFieldSpecifications: "records name no tags",
  },
  async create(request) {
    const { clients, properties, token } = request;
    const options = properties["DestinationOptions"];
    const { FlowLogIds, Unsuccessful } = await clients.ec2.CreateFlowLogs({
      ClientToken: token,
      ResourceIds: [properties["ResourceId"]],
      ResourceType: properties["ResourceType"],
      ...pick(
        properties,
        "TrafficType",
        "DeliverLogsPermissionArn",
        "LogDestination",
        "LogDestinationType",
        "LogFormat",
        "LogGroupName",
        "MaxAggregationInterval",
      ),
      ...(options && { DestinationOptions: options }),
      ...tagSpecifications(request, "vpc-flow-log"),
    });
    const failure = Unsuccessful?.[0]?.Error;
    if (failure) throw new ResourceFailure(failure.Message ?? "");
    return FlowLogIds![0]!;
  },
  find: (request) => findTagged(request, "vpc-flow-log"),
  update: (request) => updateTags(request),
  async delete({ clients, physicalId }) {
    await clients.ec2.DeleteFlowLogs({ FlowLogIds: [physicalId] });
  },
  attributes: async ({ physicalId }) => ({ Id: physicalId }),
});
