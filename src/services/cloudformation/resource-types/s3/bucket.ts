import type { BucketCannedACL } from "@aws-sdk/client-s3";
import { AwsError } from "#model/error.ts";
import {
  defineResourceType,
  type ExistingRequest,
  type ResourceRequest,
} from "../resource-type.ts";
import { bucketSettings } from "./bucket-settings.ts";

const here = "buckets here do not have it";

/** https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/aws-resource-s3-bucket.html */
export const resourceType = defineResourceType({
  type: "AWS::S3::Bucket",
  unsupported: {
    AbacStatus: here,
    AccelerateConfiguration: here,
    AnalyticsConfigurations: here,
    BucketNamePrefix: "name the bucket, or let it be named",
    BucketNamespace: here,
    IntelligentTieringConfigurations: here,
    InventoryConfigurations: here,
    LoggingConfiguration: here,
    MetadataConfiguration: here,
    MetadataTableConfiguration: here,
    MetricsConfigurations: here,
    ObjectLockConfiguration: here,
    "ObjectLockEnabled=true": here,
    ReplicationConfiguration: here,
  },
  name: { property: "BucketName", maxLength: 63, lowerCase: true },
  async create({ clients, properties, name, scope }) {
    const { AccessControl: acl, OwnershipControls: ownership } = properties;
    const rule = ownership?.Rules?.[0]?.ObjectOwnership;
    await clients.s3.CreateBucket({
      Bucket: name,
      ...(scope.region !== "us-east-1" && {
        CreateBucketConfiguration: { LocationConstraint: scope.region as "eu-west-1" },
      }),
      ...(acl !== undefined && acl !== "Private" && { ACL: cannedAcl(acl) }),
      // An ACL needs ownership that allows for it.
      ...(rule !== undefined && { ObjectOwnership: rule }),
    });
    return name;
  },
  async find(request) {
    return (await ownsBucket(request)) ? request.name : undefined;
  },
  async configure(request) {
    const { properties } = request;
    for (const setting of bucketSettings)
      if (setting.isGiven(properties, request.tags)) await setting.put(request);
  },
  async update(request) {
    const { clients, properties, previous, previousTags, tags, changed, physicalId } = request;
    for (const setting of bucketSettings) {
      if (!setting.properties.some((name) => changed.includes(name))) continue;
      if (setting.isGiven(properties, tags)) await setting.put(request);
      else if (setting.isGiven(previous, previousTags)) await setting.remove(request);
    }
    if (changed.includes("AccessControl"))
      await clients.s3.PutBucketAcl({
        Bucket: physicalId,
        ACL: cannedAcl(properties["AccessControl"] ?? "Private"),
      });
  },
  async delete({ clients, physicalId }) {
    await clients.s3.DeleteBucket({ Bucket: physicalId });
  },
  attributes: async ({ physicalId, scope }: ExistingRequest) => ({
    Arn: `arn:aws:s3:::${physicalId}`,
    DomainName: `${physicalId}.s3.amazonaws.com`,
    DualStackDomainName: `${physicalId}.s3.dualstack.${scope.region}.amazonaws.com`,
    RegionalDomainName: `${physicalId}.s3.${scope.region}.amazonaws.com`,
    WebsiteURL: `http://${physicalId}.s3-website-${scope.region}.amazonaws.com`,
  }),
});

/** "PublicReadWrite" is "public-read-write" in the API. */
function cannedAcl(acl: string): BucketCannedACL {
  return acl.replaceAll(/(?<=.)[A-Z]/g, (letter) => `-${letter}`).toLowerCase() as BucketCannedACL;
}

/** In us-east-1 creating a bucket that one has is no error, so that it must be asked for. */
async function ownsBucket({ clients, name }: ResourceRequest): Promise<boolean> {
  try {
    await clients.s3.HeadBucket({ Bucket: name });
    return true;
  } catch (error) {
    if (error instanceof AwsError && /NotFound|NoSuchBucket/.test(error.code)) return false;
    throw error;
  }
}
