import { parseArn } from "#services/kit/arn.ts";
import { asService } from "#services/kit/principal.ts";
import { pick, tagChanges } from "../properties.ts";
import { defineResourceType, type ResourceRequest } from "../resource-type.ts";
import { kmsTags, policyOf } from "./key.ts";

/** https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-kms-replicakey.html */
export const resourceType = defineResourceType({
  type: "AWS::KMS::ReplicaKey",
  async create(request) {
    const { properties, tags, scope } = request;
    // The primary key's Region is asked, which makes the replica in the stack's.
    const { ReplicaKeyMetadata } = await primaryOf(request).ReplicateKey({
      KeyId: properties["PrimaryKeyArn"],
      ReplicaRegion: scope.region,
      ...pick(properties, "Description"),
      ...policyOf(properties),
      Tags: kmsTags(tags),
    });
    return ReplicaKeyMetadata!.KeyId!;
  },
  /** A replica has its primary's id. */
  async find({ clients, properties }) {
    const keyId = parseArn(properties["PrimaryKeyArn"])?.resource.replace(/^key\//, "");
    const { Keys = [] } = await clients.kms.ListKeys({});
    return Keys.find(({ KeyId }) => KeyId === keyId)?.KeyId;
  },
  async configure({ clients, properties, physicalId: KeyId }) {
    if (properties["Enabled"] === false) await clients.kms.DisableKey({ KeyId });
  },
  async update(request) {
    const { clients, properties, changed, physicalId: KeyId } = request;
    const { kms } = clients;
    if (changed.includes("Enabled"))
      await (properties["Enabled"] === false
        ? kms.DisableKey({ KeyId })
        : kms.EnableKey({ KeyId }));
    if (changed.includes("Description"))
      await kms.UpdateKeyDescription({ KeyId, Description: properties["Description"] ?? "" });
    const { Policy } = policyOf(properties);
    if (changed.includes("KeyPolicy") && Policy !== undefined)
      await kms.PutKeyPolicy({ KeyId, Policy });
    const { added, removed } = tagChanges(request);
    if (removed.length > 0) await kms.UntagResource({ KeyId, TagKeys: removed });
    if (Object.keys(added).length > 0) await kms.TagResource({ KeyId, Tags: kmsTags(added) });
  },
  async delete({ clients, properties, physicalId: KeyId }) {
    const { KeyMetadata } = await clients.kms.DescribeKey({ KeyId });
    if (KeyMetadata!.KeyState === "PendingDeletion") return;
    await clients.kms.ScheduleKeyDeletion({ KeyId, ...pick(properties, "PendingWindowInDays") });
  },
  async attributes({ clients, physicalId: KeyId }) {
    const { KeyMetadata } = await clients.kms.DescribeKey({ KeyId });
    return { Arn: KeyMetadata!.Arn, KeyId };
  },
});

function primaryOf({ env, scope, properties }: ResourceRequest) {
  const region = parseArn(properties["PrimaryKeyArn"])?.region ?? scope.region;
  return env.clients.kms(asService({ ...scope, region }, "cloudformation.amazonaws.com"));
}
