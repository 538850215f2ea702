/** S3's numbers. Sizes in bytes. */

const mib = 1024 * 1024;
const gib = 1024 * mib;

/** https://docs.aws.amazon.com/AmazonS3/latest/userguide/qfacts.html */
export const minPartBytes = 5 * mib;
export const maxPartBytes = 5 * gib;
export const maxParts = 10_000;
export const maxPutBytes = 5 * gib;
/** https://docs.aws.amazon.com/AmazonS3/latest/userguide/CopyingObjectsExamples.html */
export const maxCopyBytes = 5 * gib;

/** https://docs.aws.amazon.com/AmazonS3/latest/userguide/object-keys.html */
export const maxKeyBytes = 1024;
/** https://docs.aws.amazon.com/AmazonS3/latest/userguide/UsingMetadata.html */
export const maxMetadataBytes = 2048;

/** https://docs.aws.amazon.com/AmazonS3/latest/userguide/object-tagging.html */
export const maxObjectTags = 10;
/** https://docs.aws.amazon.com/AmazonS3/latest/userguide/CostAllocTagging.html */
export const maxBucketTags = 50;
export const maxTagKeyLength = 128;
export const maxTagValueLength = 256;

/** https://docs.aws.amazon.com/AmazonS3/latest/userguide/BucketRestrictions.html */
export const maxBucketsPerAccount = 10_000;

/** https://docs.aws.amazon.com/AmazonS3/latest/API/API_ListObjectsV2.html */
export const maxListed = 1000;
/** https://docs.aws.amazon.com/AmazonS3/latest/API/API_DeleteObjects.html */
export const maxDeletedAtOnce = 1000;

/** https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucket-policies.html */
export const maxPolicyBytes = 20 * 1024;
/** https://docs.aws.amazon.com/AmazonS3/latest/userguide/ManageCorsUsing.html */
export const maxCorsRules = 100;
/** https://docs.aws.amazon.com/AmazonS3/latest/userguide/object-lifecycle-mgmt.html */
export const maxLifecycleRules = 1000;

/** Bodies up to here lie in the object's own record, so that one read finds both. */
export const inlineBytes = 4096;
/** Bodies up to here lie in the store, in a record of their own; larger ones are files. */
export const recordBytes = 64 * 1024;
