import { dateOf, parseIso } from "#runtime/date.ts";
import { pick } from "../properties.ts";
import { defineResourceType, type ExistingRequest, type Properties } from "../resource-type.ts";
import { mergedSpecifications } from "./tagged.ts";

/** https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/aws-resource-ec2-ec2fleet.html */
export const resourceType = defineResourceType({
  type: "AWS::EC2::EC2Fleet",
  unsupported: {
    Context: "it is reserved",
    ReservedCapacityOptions: "fleets do not use capacity reservations",
  },
  async create(request) {
    const { clients, properties, token } = request;
    const { FleetId } = await clients.ec2.CreateFleet({
      ClientToken: token,
      LaunchTemplateConfigs: properties["LaunchTemplateConfigs"],
      TargetCapacitySpecification: properties["TargetCapacitySpecification"],
      ...pick(
        properties,
        "ExcessCapacityTerminationPolicy",
        "OnDemandOptions",
        "ReplaceUnhealthyInstances",
        "SpotOptions",
        "TerminateInstancesWithExpiration",
        "Type",
      ),
      ...times(properties),
      ...mergedSpecifications(request, "fleet"),
    });
    return FleetId!;
  },
  async update({ clients, properties, physicalId }) {
    await clients.ec2.ModifyFleet({
      FleetId: physicalId,
      TargetCapacitySpecification: properties["TargetCapacitySpecification"],
      ...pick(properties, "ExcessCapacityTerminationPolicy"),
    });
  },
  async delete({ clients, physicalId }) {
    const { UnsuccessfulFleetDeletions } = await clients.ec2.DeleteFleets({
      FleetIds: [physicalId],
      TerminateInstances: true,
    });
    const [refused] = UnsuccessfulFleetDeletions ?? [];
    const code = refused?.Error?.Code;
    if (refused && code !== "fleetIdDoesNotExist" && code !== "fleetNotInDeletableState")
      throw new Error(refused.Error?.Message);
  },
  deleted: (request) => hasNoInstances(request, "aws:ec2:fleet-id"),
  attributes: async ({ physicalId }) => ({ FleetId: physicalId }),
});

/** A fleet that is going buys no more; that its instances are gone it notices itself only later. */
export async function hasNoInstances(
  { clients, physicalId }: ExistingRequest,
  tagKey: string,
): Promise<boolean> {
  const { Reservations } = await clients.ec2.DescribeInstances({
    Filters: [
      { Name: `tag:${tagKey}`, Values: [physicalId] },
      {
        Name: "instance-state-name",
        Values: ["pending", "running", "shutting-down", "stopping", "stopped"],
      },
    ],
  });
  return Reservations!.length === 0;
}

/** Templates write times as text. */
export function times({ ValidFrom, ValidUntil }: Properties): {
  ValidFrom?: Date;
  ValidUntil?: Date;
} {
  return {
    ...(ValidFrom && { ValidFrom: dateOf(parseIso(ValidFrom)) }),
    ...(ValidUntil && { ValidUntil: dateOf(parseIso(ValidUntil)) }),
  };
}
