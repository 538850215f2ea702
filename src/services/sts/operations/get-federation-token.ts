import { partitionOf } from "#services/kit/arn.ts";
import type { Operation, Principal } from "#services/kit/service.ts";
import { accessDenied } from "../errors.ts";
import { defaultSessionTokenSeconds, longestRootSeconds } from "../limits.ts";
import { readSessionPolicy } from "../session-policy.ts";
import { issue, type State } from "../sessions.ts";

/** https://docs.aws.amazon.com/STS/latest/APIReference/API_GetFederationToken.html */
export const getFederationToken: Operation<"sts", "GetFederationToken", State> = async (
  input,
  context,
) => {
  const caller = context.principal;
  if (caller.accessKeyId?.startsWith("ASIA") || caller.type === "service")
    throw accessDenied("Cannot call GetFederationToken with session credentials");
  const { packedSize, ...sessionPolicy } = readSessionPolicy(input);
  const asked = input.DurationSeconds ?? defaultSessionTokenSeconds;
  const seconds = caller.type === "root" ? Math.min(asked, longestRootSeconds) : asked;
  const { account } = caller;
  const principal: Principal = {
    type: "federated-user",
    account,
    arn: `arn:${partitionOf(context.region)}:sts::${account}:federated-user/${input.Name}`,
    userId: `${account}:${input.Name}`,
  };
  const credentials = await issue(context, { principal, ...sessionPolicy }, seconds);
  return {
    Credentials: credentials,
    FederatedUser: { FederatedUserId: principal.userId, Arn: principal.arn },
    ...(packedSize !== undefined && { PackedPolicySize: packedSize }),
  };
};
