/** S3's errors. https://docs.aws.amazon.com/AmazonS3/latest/API/ErrorResponses.html */
import { AwsError } from "#model/error.ts";

type Members = Record<string, unknown>;

function s3Error(status: number, code: string, message: string, members: Members = {}): AwsError {
  return new AwsError({ code, message, status, members });
}

export const accessDenied = (message = "Access Denied") => s3Error(403, "AccessDenied", message);

export const noSuchBucket = (BucketName: string) =>
  s3Error(404, "NoSuchBucket", "The specified bucket does not exist", { BucketName });

export const noSuchKey = (Key: string) =>
  s3Error(404, "NoSuchKey", "The specified key does not exist.", { Key });

export const noSuchVersion = (Key: string, VersionId: string) =>
  s3Error(404, "NoSuchVersion", "The specified version does not exist.", { Key, VersionId });

export const noSuchUpload = (UploadId: string) =>
  s3Error(
    404,
    "NoSuchUpload",
    "The specified upload does not exist. The upload ID may be invalid, or the upload may have been aborted or completed.",
    { UploadId },
  );

/** A latest version that is a delete marker: the reply says so in its head. */
export const deletedKey = (Key: string, versionId: string) =>
  new AwsError({
    code: "NoSuchKey",
    status: 404,
    message: "The specified key does not exist.",
    members: { Key },
    headers: { "x-amz-delete-marker": "true", "x-amz-version-id": versionId },
  });

export const deleteMarkerNotReadable = (Method: string, versionId: string, lastModified: string) =>
  new AwsError({
    code: "MethodNotAllowed",
    status: 405,
    message: "The specified method is not allowed against this resource.",
    members: { Method, ResourceType: "DeleteMarker" },
    headers: {
      "x-amz-delete-marker": "true",
      "x-amz-version-id": versionId,
      "last-modified": lastModified,
      allow: "DELETE",
    },
  });

export const bucketAlreadyOwnedByYou = (BucketName: string) =>
  s3Error(
    409,
    "BucketAlreadyOwnedByYou",
    "Your previous request to create the named bucket succeeded and you already own it.",
    { BucketName },
  );

export const bucketAlreadyExists = (BucketName: string) =>
  s3Error(
    409,
    "BucketAlreadyExists",
    "The requested bucket name is not available. The bucket namespace is shared by all users of the system. Please select a different name and try again.",
    { BucketName },
  );

export const bucketNotEmpty = (BucketName: string, versioned: boolean) =>
  s3Error(
    409,
    "BucketNotEmpty",
    versioned
      ? "The bucket you tried to delete is not empty. You must delete all versions in the bucket."
      : "The bucket you tried to delete is not empty",
    { BucketName },
  );

export const tooManyBuckets = () =>
  s3Error(400, "TooManyBuckets", "You have attempted to create more buckets than allowed");

export const invalidBucketName = (BucketName: string) =>
  s3Error(400, "InvalidBucketName", "The specified bucket is not valid.", { BucketName });

export const invalidLocationConstraint = (LocationConstraint: string) =>
  s3Error(400, "InvalidLocationConstraint", "The specified location-constraint is not valid", {
    LocationConstraint,
  });

export const illegalLocationConstraint = (constraint: string | undefined) =>
  s3Error(
    400,
    "IllegalLocationConstraintException",
    `The ${constraint ?? "unspecified"} location constraint is incompatible for the region specific endpoint this request was sent to.`,
  );

/** The bucket lives in another region. */
export const permanentRedirect = (Bucket: string, region: string) =>
  new AwsError({
    code: "PermanentRedirect",
    status: 301,
    message:
      "The bucket you are attempting to access must be addressed using the specified endpoint. Please send all future requests to this endpoint.",
    members: { Endpoint: `${Bucket}.s3.${region}.amazonaws.com`, Bucket, Region: region },
    headers: { "x-amz-bucket-region": region },
  });

export const preconditionFailed = (Condition: string) =>
  s3Error(
    412,
    "PreconditionFailed",
    "At least one of the pre-conditions you specified did not hold",
    {
      Condition,
    },
  );

export const notModified = (headers: Record<string, string>) =>
  new AwsError({ code: "NotModified", status: 304, message: "Not Modified", headers });

export const invalidRange = (RangeRequested: string, ActualObjectSize: number) =>
  new AwsError({
    code: "InvalidRange",
    status: 416,
    message: "The requested range is not satisfiable",
    members: { RangeRequested, ActualObjectSize },
    headers: { "content-range": `bytes */${ActualObjectSize}` },
  });

export const invalidPartNumber = (ActualPartCount: number, PartNumberRequested: number) =>
  s3Error(416, "InvalidPartNumber", "The requested partnumber is not satisfiable", {
    PartNumberRequested,
    ActualPartCount,
  });

export const invalidDigest = (value: string) =>
  s3Error(400, "InvalidDigest", "The Content-MD5 you specified was invalid.", {
    "Content-MD5": value,
  });

export const badDigest = (ExpectedDigest: string, CalculatedDigest: string) =>
  s3Error(400, "BadDigest", "The Content-MD5 you specified did not match what we received.", {
    ExpectedDigest,
    CalculatedDigest,
  });

export const badChecksum = (algorithm: string) =>
  s3Error(
    400,
    "BadDigest",
    `The ${algorithm} you specified did not match the calculated checksum.`,
  );

export const invalidChecksumHeader = (algorithm: string) =>
  s3Error(
    400,
    "InvalidRequest",
    `Value for x-amz-checksum-${algorithm.toLowerCase()} header is invalid.`,
  );

export const invalidRequest = (message: string) => s3Error(400, "InvalidRequest", message);

export const invalidArgument = (message: string, ArgumentName?: string, ArgumentValue?: unknown) =>
  s3Error(400, "InvalidArgument", message, { ArgumentName, ArgumentValue });

export const malformedXml = () =>
  s3Error(
    400,
    "MalformedXML",
    "The XML you provided was not well-formed or did not validate against our published schema",
  );

export const malformedPolicy = (message: string) => s3Error(400, "MalformedPolicy", message);

export const entityTooLarge = (ProposedSize: number, MaxSizeAllowed: number) =>
  s3Error(400, "EntityTooLarge", "Your proposed upload exceeds the maximum allowed size", {
    ProposedSize,
    MaxSizeAllowed,
  });

export const entityTooSmall = (
  ProposedSize: number,
  MinSizeAllowed: number,
  PartNumber: number,
  ETag: string,
) =>
  s3Error(400, "EntityTooSmall", "Your proposed upload is smaller than the minimum allowed size", {
    ProposedSize,
    MinSizeAllowed,
    PartNumber,
    ETag,
  });

export const invalidPart = (UploadId: string, PartNumber: number, ETag: string | undefined) =>
  s3Error(
    400,
    "InvalidPart",
    "One or more of the specified parts could not be found.  The part may not have been uploaded, or the specified entity tag may not match the part's entity tag.",
    { UploadId, PartNumber, ETag },
  );

export const invalidPartOrder = (UploadId: string) =>
  s3Error(
    400,
    "InvalidPartOrder",
    "The list of parts was not in ascending order. Parts must be ordered by part number.",
    { UploadId },
  );

export const keyTooLong = (Size: number, MaxSizeAllowed: number) =>
  s3Error(400, "KeyTooLongError", "Your key is too long", { Size, MaxSizeAllowed });

export const metadataTooLarge = (Size: number, MaxSizeAllowed: number) =>
  s3Error(
    400,
    "MetadataTooLarge",
    "Your metadata headers exceed the maximum allowed metadata size",
    { Size, MaxSizeAllowed },
  );

export const invalidStorageClass = (StorageClassRequested: string) =>
  s3Error(400, "InvalidStorageClass", "The storage class you specified is not valid", {
    StorageClassRequested,
  });

export const invalidObjectState = (StorageClass: string) =>
  s3Error(403, "InvalidObjectState", "The operation is not valid for the object's storage class", {
    StorageClass,
  });

export const invalidTag = (message: string, TagKey?: string) =>
  s3Error(400, "InvalidTag", message, { TagKey });

export const aclNotSupported = () =>
  s3Error(400, "AccessControlListNotSupported", "The bucket does not allow ACLs");

export const publicBucketAcl = () =>
  s3Error(
    400,
    "InvalidBucketAclWithBlockPublicAccessError",
    "Bucket cannot have public ACLs set with BlockPublicAccess enabled",
  );

export const invalidBucketAclWithOwnership = () =>
  s3Error(
    400,
    "InvalidBucketAclWithObjectOwnership",
    "Bucket cannot have ACLs set with ObjectOwnership's BucketOwnerEnforced setting",
  );

export const selfCopy = () =>
  invalidRequest(
    "This copy request is illegal because it is trying to copy an object to itself without changing the object's metadata, storage class, website redirect location or encryption attributes.",
  );

/** A header or parameter of the API that Fogbank refuses rather than ignores. */
export const notImplementedHere = (what: string) =>
  s3Error(
    501,
    "NotImplemented",
    `Fogbank's S3 does not implement ${what}. See COVERAGE.md for what it does.`,
  );

export const noSuchTagSet = (BucketName: string) =>
  s3Error(404, "NoSuchTagSet", "The TagSet does not exist", { BucketName });

export const noSuchCors = (BucketName: string) =>
  s3Error(404, "NoSuchCORSConfiguration", "The CORS configuration does not exist", { BucketName });

export const noSuchLifecycle = (BucketName: string) =>
  s3Error(404, "NoSuchLifecycleConfiguration", "The lifecycle configuration does not exist", {
    BucketName,
  });

export const noSuchBucketPolicy = (BucketName: string) =>
  s3Error(404, "NoSuchBucketPolicy", "The bucket policy does not exist", { BucketName });

export const noSuchWebsite = (BucketName: string) =>
  s3Error(
    404,
    "NoSuchWebsiteConfiguration",
    "The specified bucket does not have a website configuration",
    { BucketName },
  );

export const noSuchPublicAccessBlock = (BucketName: string) =>
  s3Error(
    404,
    "NoSuchPublicAccessBlockConfiguration",
    "The public access block configuration was not found",
    { BucketName },
  );

export const noSuchOwnershipControls = (BucketName: string) =>
  s3Error(404, "OwnershipControlsNotFoundError", "The bucket ownership controls were not found", {
    BucketName,
  });

export const noSuchConfiguration = (BucketName: string) =>
  s3Error(404, "NoSuchConfiguration", "The specified configuration does not exist.", {
    BucketName,
  });

export const noSuchReplication = (BucketName: string) =>
  s3Error(
    404,
    "ReplicationConfigurationNotFoundError",
    "The replication configuration was not found",
    { BucketName },
  );

export const noSuchObjectLock = (BucketName: string) =>
  s3Error(
    404,
    "ObjectLockConfigurationNotFoundError",
    "Object Lock configuration does not exist for this bucket",
    { BucketName },
  );

export const unreachableDestination = (ArgumentName: string, ArgumentValue: string) =>
  invalidArgument(
    "Unable to validate the following destination configurations",
    ArgumentName,
    ArgumentValue,
  );
