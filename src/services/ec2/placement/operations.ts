import type { Ec2Operations } from "../context.ts";
import {
  cancelCapacityReservation,
  createCapacityReservation,
  describeCapacityReservations,
  getCapacityReservationUsage,
  modifyCapacityReservation,
} from "./operations/capacity-reservations.ts";
import { allocateHosts, describeHosts, modifyHosts, releaseHosts } from "./operations/hosts.ts";
import {
  modifyInstanceCapacityReservationAttributes,
  modifyInstancePlacement,
} from "./operations/modify-instance-placement.ts";
import {
  createPlacementGroup,
  deletePlacementGroup,
  describePlacementGroups,
} from "./operations/placement-groups.ts";

export const placementOperations: Ec2Operations = {
  AllocateHosts: allocateHosts,
  CancelCapacityReservation: cancelCapacityReservation,
  CreateCapacityReservation: createCapacityReservation,
  CreatePlacementGroup: createPlacementGroup,
  DeletePlacementGroup: deletePlacementGroup,
  DescribeCapacityReservations: describeCapacityReservations,
  DescribeHosts: describeHosts,
  DescribePlacementGroups: describePlacementGroups,
  GetCapacityReservationUsage: getCapacityReservationUsage,
  ModifyCapacityReservation: modifyCapacityReservation,
  ModifyHosts: modifyHosts,
  ModifyInstanceCapacityReservationAttributes: modifyInstanceCapacityReservationAttributes,
  ModifyInstancePlacement: modifyInstancePlacement,
  ReleaseHosts: releaseHosts,
};
