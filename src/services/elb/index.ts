/** AWS Elastic Load Balancing. */
import { defineService } from "#services/kit/service.ts";
import { describeLoadBalancers } from "./operations/describe-load-balancers.ts";

export const service = defineService<"elb">({
  name: "elb",
  operations: {
    DescribeLoadBalancers: describeLoadBalancers,
  },
});
