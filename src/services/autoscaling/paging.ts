/** Pages of Auto Scaling's lists. */
import { paginate } from "#services/kit/pagination.ts";
import { invalidNextToken, validationError } from "./errors.ts";
import { defaultPageSize, largestPageSize } from "./limits.ts";

interface Request {
  MaxRecords?: number | undefined;
  NextToken?: string | undefined;
}

export function page<T>(
  items: readonly T[],
  { MaxRecords, NextToken }: Request,
  keyOf: (item: T) => string,
): { items: T[]; next: { NextToken?: string } } {
  if (MaxRecords !== undefined && (MaxRecords < 1 || MaxRecords > largestPageSize))
    throw validationError(
      `The value ${MaxRecords} for MaxRecords is invalid: it must be between 1 and ${largestPageSize}.`,
    );
  const found = paginate(items, {
    limit: MaxRecords ?? defaultPageSize,
    token: NextToken,
    keyOf,
    invalidToken: invalidNextToken,
  });
  return {
    items: found.items,
    next: found.nextToken === undefined ? {} : { NextToken: found.nextToken },
  };
}
