import { AwsError } from "#model/error.ts";
import { documentText } from "../properties.ts";
import { defineResourceType, type ResourceRequest } from "../resource-type.ts";

/** https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/aws-resource-s3-bucketpolicy.html */
export const resourceType = defineResourceType({
  type: "AWS::S3::BucketPolicy",
  async create(request) {
    // A policy that somebody else gave the bucket is not taken over.
    if (await hasPolicy(request))
      throw new AwsError({
        code: "AlreadyExists",
        message: `The bucket policy already exists on bucket ${request.properties["Bucket"]}.`,
      });
    await put(request);
    return request.properties["Bucket"];
  },
  async find(request) {
    return (await hasPolicy(request)) ? request.properties["Bucket"] : undefined;
  },
  update: put,
  async delete({ clients, physicalId }) {
    await clients.s3.DeleteBucketPolicy({ Bucket: physicalId });
  },
});

async function put({ clients, properties }: ResourceRequest): Promise<void> {
  await clients.s3.PutBucketPolicy({
    Bucket: properties["Bucket"],
    Policy: documentText(properties["PolicyDocument"]),
  });
}

async function hasPolicy({ clients, properties }: ResourceRequest): Promise<boolean> {
  try {
    await clients.s3.GetBucketPolicy({ Bucket: properties["Bucket"] });
    return true;
  } catch (error) {
    if (error instanceof AwsError && error.code === "NoSuchBucketPolicy") return false;
    throw error;
  }
}
