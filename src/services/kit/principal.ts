/** Principals that Fogbank itself makes. */
import { partitionOf } from "./arn.ts";
import type { Scope } from "#store/collection.ts";
import type { Caller, Principal } from "./service.ts";

export function rootPrincipal(account: string, region: string, accessKeyId?: string): Principal {
  return {
    type: "root",
    account,
    arn: `arn:${partitionOf(region)}:iam::${account}:root`,
    userId: account,
    ...(accessKeyId !== undefined && { accessKeyId }),
  };
}

/**
 * Whoever calls without credentials, where a service lets anybody call. It belongs to no account.
 */
export const anonymousPrincipal: Principal = {
  type: "anonymous",
  account: "anonymous",
  arn: "anonymous",
  userId: "ANONYMOUS",
};

/**
 * A service that acts in an account by itself, such as "autoscaling.amazonaws.com", on behalf of a
 * resource when one is named.
 */
export function asService(scope: Scope, service: string, sourceArn?: string): Caller {
  const { account, region } = scope;
  return {
    account,
    region,
    principal: {
      type: "service",
      account,
      arn: service,
      userId: service,
      ...(sourceArn !== undefined && { sourceArn }),
    },
  };
}
