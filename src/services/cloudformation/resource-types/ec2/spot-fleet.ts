import { tagList } from "../properties.ts";
import { defineResourceType, type Properties } from "../resource-type.ts";
import { hasNoInstances, times } from "./ec2-fleet.ts";

/** https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/aws-resource-ec2-spotfleet.html */
export const resourceType = defineResourceType({
  type: "AWS::EC2::SpotFleet",
  unsupported: {
    "SpotFleetRequestConfigData.Context": "it is reserved",
    "SpotFleetRequestConfigData.LoadBalancersConfig": "fleets register with no load balancer",
  },
  async create({ clients, properties, token, tags }) {
    const { SpotFleetRequestConfigData: config } = properties;
    const { SpotFleetRequestId } = await clients.ec2.RequestSpotFleet({
      SpotFleetRequestConfig: {
        ...(config as object),
        ...configOf(config as Properties),
        ClientToken: token,
        TagSpecifications: [
          ...((config as Properties)["TagSpecifications"] ?? []),
          ...(Object.keys(tags).length > 0
            ? [{ ResourceType: "spot-fleet-request" as const, Tags: tagList(tags) }]
            : []),
        ],
      } as never,
    });
    return SpotFleetRequestId!;
  },
  async update({ clients, properties, physicalId }) {
    const config = properties["SpotFleetRequestConfigData"] as Properties;
    await clients.ec2.ModifySpotFleetRequest({
      SpotFleetRequestId: physicalId,
      TargetCapacity: config["TargetCapacity"],
      ...(config["OnDemandTargetCapacity"] !== undefined && {
        OnDemandTargetCapacity: config["OnDemandTargetCapacity"],
      }),
      ...(config["ExcessCapacityTerminationPolicy"] && {
        ExcessCapacityTerminationPolicy: camel(config["ExcessCapacityTerminationPolicy"]),
      }),
    });
  },
  async delete({ clients, physicalId }) {
    await clients.ec2.CancelSpotFleetRequests({
      SpotFleetRequestIds: [physicalId],
      TerminateInstances: true,
    });
  },
  deleted: (request) => hasNoInstances(request, "aws:ec2spot:fleet-request-id"),
  attributes: async ({ physicalId }) => ({ Id: physicalId }),
});

/** Templates write these words with capitals, "Default"; the API begins them with small letters. */
function camel(word: string): never {
  return `${word[0]!.toLowerCase()}${word.slice(1)}` as never;
}

function configOf(config: Properties): object {
  const { ExcessCapacityTerminationPolicy: excess } = config;
  return {
    ...times(config),
    ...(excess && { ExcessCapacityTerminationPolicy: camel(excess) }),
  };
}
