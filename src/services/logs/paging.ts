/** Pages of CloudWatch Logs' lists. */
import type { AwsError } from "#model/error.ts";
import { paginate } from "#services/kit/pagination.ts";
import { invalidParameter } from "./errors.ts";
import { limits } from "./limits.ts";

interface Asked {
  limit?: number | undefined;
  nextToken?: string | undefined;
}

/** Items come sorted by their keys. `refuse` makes the error for a token that was never given out. */
export function pageOf<T>(
  items: readonly T[],
  { limit = limits.page, nextToken: token }: Asked,
  keyOf: (item: T) => string,
  refuse: (message: string) => AwsError = invalidParameter,
): { items: T[]; next: { nextToken?: string } } {
  const page = paginate(items, {
    limit,
    token,
    keyOf,
    invalidToken: () => refuse("The specified nextToken is invalid."),
  });
  const { nextToken } = page;
  return { items: page.items, next: nextToken === undefined ? {} : { nextToken } };
}
