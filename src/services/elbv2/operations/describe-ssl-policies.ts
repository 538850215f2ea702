import type { Operation } from "#services/kit/service.ts";
import { sslPolicyNotFound } from "../errors.ts";
import { pageOf } from "../paging.ts";
import { sslPolicies } from "../ssl-policies.ts";
import type { State } from "../state.ts";

export const describeSSLPolicies: Operation<"elbv2", "DescribeSSLPolicies", State> = async (
  input,
) => {
  const { Names, LoadBalancerType: type } = input;
  const byName = new Map(sslPolicies.map((policy) => [policy.Name, policy]));
  const missing = (Names ?? []).filter((name) => !byName.has(name));
  if (missing.length > 0) throw sslPolicyNotFound(missing);
  if (Names?.length) return { SslPolicies: [...new Set(Names)].map((name) => byName.get(name)!) };
  const fitting = sslPolicies.filter(
    ({ SupportedLoadBalancerTypes }) =>
      type === undefined || SupportedLoadBalancerTypes.includes(type),
  );
  const { items, NextMarker } = pageOf(fitting, input, ({ Name }) => Name);
  return { SslPolicies: items, NextMarker };
};
