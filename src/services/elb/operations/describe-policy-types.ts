import type { Operation } from "#services/kit/service.ts";
import { policyTypeNotFound } from "../errors.ts";
import { policyTypes, policyTypeShape } from "../policy-types.ts";
import type { State } from "../state.ts";

export const describeLoadBalancerPolicyTypes: Operation<
  "elb",
  "DescribeLoadBalancerPolicyTypes",
  State
> = async ({ PolicyTypeNames }) => {
  const chosen = PolicyTypeNames?.length
    ? PolicyTypeNames.map((name) => {
        const type = policyTypes.find((one) => one.name === name);
        if (!type) throw policyTypeNotFound(name);
        return type;
      })
    : policyTypes;
  return { PolicyTypeDescriptions: chosen.map(policyTypeShape) };
};
