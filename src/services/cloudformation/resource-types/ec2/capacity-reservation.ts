import { dateOf, parseIso } from "#runtime/date.ts";
import { pick } from "../properties.ts";
import {
  defineResourceType,
  type ExistingRequest,
  type ResourceRequest,
} from "../resource-type.ts";
import { mergedSpecifications } from "./tagged.ts";

/** https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/aws-resource-ec2-capacityreservation.html */
export const resourceType = defineResourceType({
  type: "AWS::EC2::CapacityReservation",
  unsupported: {
    OutPostArn: "there are no outposts",
    UnusedReservationBillingOwnerId: "nothing is billed",
    EphemeralStorage: "instances find no disks of their own",
  },
  async create(request) {
    const { clients, properties, token } = request;
    const { CapacityReservation } = await clients.ec2.CreateCapacityReservation({
      ClientToken: token,
      InstanceType: properties["InstanceType"],
      InstancePlatform: properties["InstancePlatform"],
      InstanceCount: properties["InstanceCount"],
      ...pick(
        properties,
        "AvailabilityZone",
        "AvailabilityZoneId",
        "EbsOptimized",
        "EndDateType",
        "InstanceMatchCriteria",
        "PlacementGroupArn",
        "Tenancy",
      ),
      ...endDate(request),
      ...mergedSpecifications(request, "capacity-reservation"),
    });
    return CapacityReservation!.CapacityReservationId!;
  },
  async update(request) {
    const { clients, properties, physicalId } = request;
    await clients.ec2.ModifyCapacityReservation({
      CapacityReservationId: physicalId,
      InstanceCount: properties["InstanceCount"],
      ...pick(properties, "EndDateType", "InstanceMatchCriteria"),
      ...endDate(request),
    });
  },
  async delete(request) {
    const { State } = await describe(request);
    if (State === "active")
      await request.clients.ec2.CancelCapacityReservation({
        CapacityReservationId: request.physicalId,
      });
  },
  async attributes(request) {
    const found = await describe(request);
    return {
      Id: request.physicalId,
      AvailableInstanceCount: found.AvailableInstanceCount,
      TotalInstanceCount: found.TotalInstanceCount,
      CapacityReservationArn: found.CapacityReservationArn,
      State: found.State,
      OwnerId: found.OwnerId,
      ReservationType: found.ReservationType,
      CreateDate: found.CreateDate?.toISOString(),
      StartDate: found.StartDate?.toISOString(),
    };
  },
});

function endDate({ properties }: ResourceRequest): { EndDate?: Date } {
  const { EndDate } = properties;
  return EndDate === undefined ? {} : { EndDate: dateOf(parseIso(EndDate)) };
}

async function describe({ clients, physicalId }: ExistingRequest) {
  const { CapacityReservations } = await clients.ec2.DescribeCapacityReservations({
    CapacityReservationIds: [physicalId],
  });
  return CapacityReservations![0]!;
}
