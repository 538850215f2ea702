import type { Ec2Operations } from "../context.ts";
import {
  cancelSpotInstanceRequests,
  describeSpotInstanceRequests,
} from "./describe-spot-instance-requests.ts";
import { describeSpotPriceHistory } from "./describe-spot-price-history.ts";

export const spotOperations: Ec2Operations = {
  CancelSpotInstanceRequests: cancelSpotInstanceRequests,
  DescribeSpotInstanceRequests: describeSpotInstanceRequests,
  DescribeSpotPriceHistory: describeSpotPriceHistory,
};
