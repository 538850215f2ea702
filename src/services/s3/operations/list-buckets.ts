import { dateOf } from "#runtime/date.ts";
import type { Operation } from "#services/kit/service.ts";
import { paginate } from "#services/kit/pagination.ts";
import { canonicalId } from "../access/acl.ts";
import { refuseAnonymous } from "../access/anonymous.ts";
import { invalidArgument } from "../errors.ts";
import { buckets, everywhere } from "../records.ts";
import type { S3State } from "../state.ts";

const mostAtOnce = 10_000;

/** https://docs.aws.amazon.com/AmazonS3/latest/API/API_ListBuckets.html */
export const listBuckets: Operation<"s3", "ListBuckets", S3State> = async (input, context) => {
  refuseAnonymous(context);
  const { Prefix = "", BucketRegion, MaxBuckets, ContinuationToken } = input;
  if (MaxBuckets !== undefined && !(MaxBuckets >= 1 && MaxBuckets <= mostAtOnce))
    throw invalidArgument(
      "Argument max-buckets must be an integer between 1 and 10000",
      "max-buckets",
      MaxBuckets,
    );
  const all = await context.store.transaction((tx) => buckets.list(tx, everywhere));
  const own = all.filter(
    ({ account, name, region }) =>
      account === context.account &&
      name.startsWith(Prefix) &&
      (BucketRegion === undefined || region === BucketRegion),
  );
  const { items, nextToken } = paginate(own, {
    limit: MaxBuckets ?? mostAtOnce,
    token: ContinuationToken,
    keyOf: ({ name }) => name,
    invalidToken: () =>
      invalidArgument("The continuation token provided is incorrect", "continuation-token"),
  });
  return {
    Owner: { ID: canonicalId(context.account) },
    Buckets: items.map(({ name, createdMs, region }) => ({
      Name: name,
      CreationDate: dateOf(createdMs),
      // Told only to those who ask for pages or a region.
      ...((MaxBuckets !== undefined ||
        BucketRegion !== undefined ||
        input.Prefix !== undefined) && {
        BucketRegion: region,
      }),
      BucketArn: `arn:aws:s3:::${name}`,
    })),
    ...(input.Prefix !== undefined && { Prefix }),
    ContinuationToken: nextToken,
  };
};
