import type { Operation } from "#services/kit/service.ts";
import { sslPolicyNotFound } from "../errors.ts";
import { pageOf } from "../paging.ts";
import { sslPolicies } from "../ssl-policies.ts";
import type { State } from "../state.ts";

export const describeSSLPolicies: Operation<"elbv2", "DescribeSSLPolicies", State> = async (
  input,
) => {
  const { Names } = input;
  const missing = (Names ?? []).filter((name) => !sslPolicies.some(({ Name }) => Name === name));
  if (missing.length > 0) throw sslPolicyNotFound(missing);
  const wanted = Names?.length
    ? sslPolicies.filter(({ Name }) => Names.includes(Name))
    : sslPolicies;
  const { items, NextMarker } = pageOf(wanted, input, ({ Name }) => Name);
  return { SslPolicies: items, NextMarker };
};
