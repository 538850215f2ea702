/** MaxResults and NextToken of the Describe operations. https://docs.aws.amazon.com/AWSEC2/latest/APIReference/Query-Requests.html#api-pagination */
import { paginate } from "#services/kit/pagination.ts";
import { invalidNextToken, invalidParameterCombination, invalidParameterValue } from "./errors.ts";

export interface PagedInput {
  MaxResults?: number | undefined;
  NextToken?: string | undefined;
}

export interface PagingLimits {
  /** Most operations refuse pages of fewer than five. */
  least?: number;
  /** Larger pages are refused. */
  most?: number;
  /** The page when MaxResults is left out; everything unless given. */
  usual?: number;
}

export interface ResultPage<T> {
  items: T[];
  NextToken: string | undefined;
}

/** Cuts the page asked for; sorts the items by `keyOf`, which must name each of them. */
export function pageOf<T>(
  items: readonly T[],
  { MaxResults, NextToken }: PagedInput,
  keyOf: (item: T) => string,
  { least = 5, most = 1000, usual }: PagingLimits = {},
): ResultPage<T> {
  if (MaxResults !== undefined && MaxResults < least)
    throw invalidParameterValue(
      `Value ( ${MaxResults} ) for parameter maxResults is invalid. Expecting a value greater than or equal to ${least}.`,
    );
  if (MaxResults !== undefined && MaxResults > most)
    throw invalidParameterValue(
      `Value ( ${MaxResults} ) for parameter maxResults is invalid. Expecting a value less than or equal to ${most}.`,
    );
  const sorted = items.toSorted((a, b) => (keyOf(a) < keyOf(b) ? -1 : 1));
  const page = paginate(sorted, {
    limit: MaxResults ?? usual ?? Number.POSITIVE_INFINITY,
    token: NextToken || undefined,
    keyOf,
    invalidToken: invalidNextToken,
  });
  return { items: page.items, NextToken: page.nextToken };
}

/** DescribeInstances and its like refuse ids together with MaxResults; `parameter` is AWS's name for the ids. */
export function refuseIdsWithPages(
  ids: readonly string[] | undefined,
  { MaxResults }: PagedInput,
  parameter: string,
): void {
  if (ids?.length && MaxResults !== undefined)
    throw invalidParameterCombination(
      `The parameter ${parameter} cannot be used with the parameter maxResults`,
    );
}
