import { documentText, pick, tagChanges, tagList } from "../properties.ts";
import { defineResourceType, type Properties, type ResourceRequest } from "../resource-type.ts";

export const kmsTags = (tags: Record<string, string>) =>
  tagList(tags).map(({ Key, Value }) => ({ TagKey: Key, TagValue: Value }));

/** https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-kms-key.html */
export const resourceType = defineResourceType({
  type: "AWS::KMS::Key",
  unsupported: {
    BypassPolicyLockoutSafetyCheck: "no key policy locks anybody out yet",
  },
  replacedBy: ["KeySpec", "KeyUsage", "MultiRegion", "Origin"],
  async create({ clients, properties, tags }) {
    const { KeyMetadata } = await clients.kms.CreateKey({
      ...pick(properties, "Description", "KeyUsage", "KeySpec", "MultiRegion", "Origin"),
      ...policyOf(properties),
      Tags: kmsTags(tags),
    });
    return KeyMetadata!.KeyId!;
  },
  find: findKey,
  async configure({ clients, properties, physicalId: KeyId }) {
    if (properties["EnableKeyRotation"] === true)
      await clients.kms.EnableKeyRotation({ KeyId, ...rotationOf(properties) });
    if (properties["Enabled"] === false) await clients.kms.DisableKey({ KeyId });
  },
  async update(request) {
    const { clients, properties, changed, physicalId: KeyId } = request;
    const { kms } = clients;
    if (properties["Enabled"] !== false) await kms.EnableKey({ KeyId });
    if (changed.includes("Description"))
      await kms.UpdateKeyDescription({ KeyId, Description: properties["Description"] ?? "" });
    const { Policy } = policyOf(properties);
    if (changed.includes("KeyPolicy") && Policy !== undefined)
      await kms.PutKeyPolicy({ KeyId, Policy });
    if (changed.includes("EnableKeyRotation") || changed.includes("RotationPeriodInDays")) {
      if (properties["EnableKeyRotation"] === true)
        await kms.EnableKeyRotation({ KeyId, ...rotationOf(properties) });
      else await kms.DisableKeyRotation({ KeyId });
    }
    const { added, removed } = tagChanges(request);
    if (removed.length > 0) await kms.UntagResource({ KeyId, TagKeys: removed });
    if (Object.keys(added).length > 0) await kms.TagResource({ KeyId, Tags: kmsTags(added) });
    if (properties["Enabled"] === false) await kms.DisableKey({ KeyId });
  },
  async delete({ clients, properties, physicalId: KeyId }) {
    const { KeyMetadata } = await clients.kms.DescribeKey({ KeyId });
    if (KeyMetadata!.KeyState === "PendingDeletion") return;
    await clients.kms.ScheduleKeyDeletion({
      KeyId,
      ...pick(properties, "PendingWindowInDays"),
    });
  },
  async attributes({ clients, physicalId: KeyId }) {
    const { KeyMetadata } = await clients.kms.DescribeKey({ KeyId });
    return { Arn: KeyMetadata!.Arn, KeyId };
  },
});

export function policyOf({ KeyPolicy }: Properties): { Policy?: string } {
  return KeyPolicy === undefined ? {} : { Policy: documentText(KeyPolicy) };
}

function rotationOf(properties: Properties) {
  return pick(properties, "RotationPeriodInDays");
}

/** Keys have no names: this resource's is known by the tags that CloudFormation gave it. */
async function findKey(request: ResourceRequest): Promise<string | undefined> {
  const { clients, stack, logicalId, others } = request;
  let Marker: string | undefined;
  do {
    const page = await clients.kms.ListKeys({ Marker });
    for (const { KeyId } of page.Keys ?? []) {
      if (others.includes(KeyId!)) continue;
      const { Tags = [] } = await clients.kms.ListResourceTags({ KeyId });
      const tag = (name: string) => Tags.find(({ TagKey }) => TagKey === name)?.TagValue;
      if (tag("aws:cloudformation:stack-id") !== stack.arn) continue;
      if (tag("aws:cloudformation:logical-id") === logicalId) return KeyId;
    }
    Marker = page.NextMarker;
  } while (Marker !== undefined);
  return undefined;
}
