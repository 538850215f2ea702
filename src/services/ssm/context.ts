/** What every operation of Systems Manager is handed, and its pages. */
import type { Input, OperationName, Output } from "#model/sdk.ts";
import type { Context, Operations } from "#services/kit/service.ts";
import { paginate } from "#services/kit/pagination.ts";
import { invalidNextToken } from "./errors.ts";
import { usualPageSize } from "./limits.ts";
import type { State } from "./state.ts";

export type SsmContext = Context<State>;
export type SsmOperations = Operations<"ssm", State>;
export type SsmOperation<N extends OperationName<"ssm">> = (
  input: Input<"ssm", N>,
  context: SsmContext,
) => Promise<Output<"ssm", N>>;

interface Paged {
  MaxResults?: number | undefined;
  NextToken?: string | undefined;
}

/** One page of a list, sorted by `keyOf`. */
export function pageOf<T>(
  items: readonly T[],
  input: Paged,
  keyOf: (item: T) => string,
  pageSize = usualPageSize,
) {
  const page = paginate(
    items.toSorted((a, b) => (keyOf(a) < keyOf(b) ? -1 : 1)),
    {
      limit: input.MaxResults ?? pageSize,
      token: input.NextToken || undefined,
      keyOf,
      invalidToken: invalidNextToken,
    },
  );
  return { items: page.items, NextToken: page.nextToken };
}
