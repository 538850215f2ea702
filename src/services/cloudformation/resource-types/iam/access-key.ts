import { defineResourceType, type ExistingRequest } from "../resource-type.ts";

/** https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/aws-resource-iam-accesskey.html */
export const resourceType = defineResourceType({
  type: "AWS::IAM::AccessKey",
  async create(request) {
    const { clients, properties } = request;
    const { AccessKey } = await clients.iam.CreateAccessKey({ UserName: properties["UserName"] });
    // The secret is shown this once.
    request.remember({ SecretAccessKey: AccessKey!.SecretAccessKey });
    return AccessKey!.AccessKeyId!;
  },
  async find({ clients, properties, others, beganMs }) {
    // The secret of a key was lost with the call's answer: the key makes room for another.
    const { UserName } = properties;
    const { AccessKeyMetadata = [] } = await clients.iam.ListAccessKeys({ UserName });
    for (const { AccessKeyId = "", CreateDate } of AccessKeyMetadata) {
      const since = Math.floor(beganMs / 1000) * 1000;
      if (!others.includes(AccessKeyId) && (CreateDate?.getTime() ?? 0) >= since)
        await clients.iam.DeleteAccessKey({ UserName, AccessKeyId });
    }
    return undefined;
  },
  configure: applyStatus,
  update: applyStatus,
  async delete({ clients, properties, physicalId }) {
    await clients.iam.DeleteAccessKey({
      UserName: properties["UserName"],
      AccessKeyId: physicalId,
    });
  },
  attributes: async ({ physicalId }) => ({ Id: physicalId }),
});

async function applyStatus({ clients, properties, physicalId }: ExistingRequest): Promise<void> {
  await clients.iam.UpdateAccessKey({
    UserName: properties["UserName"],
    AccessKeyId: physicalId,
    Status: properties["Status"] ?? "Active",
  });
}
