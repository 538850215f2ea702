import type { Ec2Operations } from "../context.ts";
import { cancelSpotInstanceRequests } from "./cancel-spot-instance-requests.ts";
import { describeSpotInstanceRequests } from "./describe-spot-instance-requests.ts";
import { describeSpotPriceHistory } from "./describe-spot-price-history.ts";
import { requestSpotInstances } from "./request-spot-instances.ts";

export const spotOperations: Ec2Operations = {
  CancelSpotInstanceRequests: cancelSpotInstanceRequests,
  DescribeSpotInstanceRequests: describeSpotInstanceRequests,
  DescribeSpotPriceHistory: describeSpotPriceHistory,
  RequestSpotInstances: requestSpotInstances,
};
