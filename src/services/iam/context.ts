/** What every IAM operation is handed, and IAM's pages and ARNs. */
import type { Input, OperationName, Output } from "#model/sdk.ts";
import type { Context, Operations } from "#services/kit/service.ts";
import { partitionOf } from "#services/kit/arn.ts";
import { paginate } from "#services/kit/pagination.ts";
import { validationError } from "./errors.ts";
import { usualPageSize } from "./limits.ts";
import type { State } from "./state.ts";

export type IamContext = Context<State>;
export type IamOperations = Operations<"iam", State>;
export type IamOperation<N extends OperationName<"iam">> = (
  input: Input<"iam", N>,
  context: IamContext,
) => Promise<Output<"iam", N>>;

interface Paged {
  Marker?: string | undefined;
  MaxItems?: number | undefined;
}

/** One page of a list, sorted by `keyOf`, with the members that say whether there is more. */
export function pageOf<T>(items: readonly T[], input: Paged, keyOf: (item: T) => string) {
  const page = paginate(
    items.toSorted((a, b) => (keyOf(a) < keyOf(b) ? -1 : 1)),
    {
      limit: input.MaxItems ?? usualPageSize,
      token: input.Marker,
      keyOf,
      invalidToken: () => validationError(`Invalid Marker: ${input.Marker}`),
    },
  );
  return {
    items: page.items,
    IsTruncated: page.nextToken !== undefined,
    ...(page.nextToken !== undefined && { Marker: page.nextToken }),
  };
}

export type ResourceKind =
  | "user"
  | "group"
  | "role"
  | "policy"
  | "instance-profile"
  | "server-certificate";

/** "arn:aws:iam::123456789012:role/team/web" */
export function arnOf(
  context: { account: string; region: string },
  kind: ResourceKind,
  { name, path }: { name: string; path: string },
): string {
  return `arn:${partitionOf(context.region)}:iam::${context.account}:${kind}${path}${name}`;
}
