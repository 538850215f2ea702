/** Where S3 here is not as on AWS. */
import type { Difference } from "#services/kit/service.ts";

export const differences: readonly Difference[] = [
  {
    operation: "*",
    differs:
      "Encryption is SSE-S3 in name: headers and settings are kept and told, bytes lie as they came. SSE-KMS and SSE-C are refused with NotImplemented.",
  },
  {
    operation: "*",
    differs:
      "Access is decided by bucket policy and ACL for callers from other accounts, callers without credentials and visitors of websites; callers of the bucket's own account may do everything that its policy does not deny. Of policy conditions, string, ARN, Bool, Null and IP operators on aws:SourceIp, UserAgent, Referer, SecureTransport, PrincipalArn and PrincipalAccount count; a statement with any other allows nobody, and denies everybody but the bucket's own account. Requests to the API count as sent by secure transport.",
  },
  {
    operation: "*",
    differs:
      "Checksums are CRC32, CRC32C, CRC64NVME, SHA1 and SHA256; the newer ones are refused with NotImplemented.",
  },
  {
    operation: "*",
    differs:
      "A request to the wrong region is answered with 301 PermanentRedirect, never with a temporary redirect or AuthorizationHeaderMalformed.",
  },
  {
    operation: "GetObject",
    differs:
      "Objects of class GLACIER and DEEP_ARCHIVE cannot be restored: RestoreObject is not implemented.",
  },
  {
    operation: "PutBucketVersioning",
    differs: "MFA delete is refused with NotImplemented.",
  },
  {
    operation: "PutBucketNotificationConfiguration",
    differs:
      "Events go to SQS, SNS, Lambda and EventBridge. Events of restoring, replication, tiering and reduced redundancy are refused with NotImplemented.",
  },
  {
    operation: "PutBucketLifecycleConfiguration",
    differs:
      "Rules are applied at once when they change and then every midnight UTC; on AWS it may take days until an object that is due is gone.",
  },
  {
    operation: "CreateBucket",
    differs:
      "Object Lock, directory buckets and account regional namespaces are refused with NotImplemented.",
  },
  {
    operation: "ListMultipartUploads",
    differs: "All uploads of the bucket are read for each page.",
  },
];
