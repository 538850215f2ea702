import type { Ec2Operations } from "../context.ts";
import { createFleet } from "./operations/create-fleet.ts";
import { deleteFleets } from "./operations/delete-fleets.ts";
import {
  describeFleetHistory,
  describeFleetInstances,
  describeFleets,
} from "./operations/describe-fleets.ts";
import { modifyFleet } from "./operations/modify-fleet.ts";
import { requestSpotFleet } from "./operations/request-spot-fleet.ts";
import {
  cancelSpotFleetRequests,
  describeSpotFleetInstances,
  describeSpotFleetRequestHistory,
  describeSpotFleetRequests,
  modifySpotFleetRequest,
} from "./operations/spot-fleets.ts";

export const fleetOperations: Ec2Operations = {
  CancelSpotFleetRequests: cancelSpotFleetRequests,
  CreateFleet: createFleet,
  DeleteFleets: deleteFleets,
  DescribeFleetHistory: describeFleetHistory,
  DescribeFleetInstances: describeFleetInstances,
  DescribeFleets: describeFleets,
  DescribeSpotFleetInstances: describeSpotFleetInstances,
  DescribeSpotFleetRequestHistory: describeSpotFleetRequestHistory,
  DescribeSpotFleetRequests: describeSpotFleetRequests,
  ModifyFleet: modifyFleet,
  ModifySpotFleetRequest: modifySpotFleetRequest,
  RequestSpotFleet: requestSpotFleet,
};
