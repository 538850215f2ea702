/** AWS Elastic Load Balancing. */
import { defineService } from "#services/kit/service.ts";
import { describeLoadBalancers } from "./operations/describe-load-balancers.ts";

export const service = defineService<"elb">({
  name: "elb",
  operations: {
    DescribeLoadBalancers: describeLoadBalancers,
  },
  differences: [
    {
      operation: "DescribeLoadBalancers",
      differs: "Classic load balancers cannot be made yet, so the list is always empty.",
    },
  ],
});
