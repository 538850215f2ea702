/** EC2's resources carry CloudFormation's tags, by which one whose id was lost is found again. */
import type { ResourceType as Ec2ResourceType, Tag } from "@aws-sdk/client-ec2";
import { tagChanges, tagList } from "../properties.ts";
import type { ResourceRequest, UpdateRequest } from "../resource-type.ts";

export function tagSpecifications(
  { tags }: ResourceRequest,
  ResourceType: Ec2ResourceType,
): { TagSpecifications?: { ResourceType: Ec2ResourceType; Tags: Tag[] }[] } {
  const Tags = tagList(tags);
  return Tags.length === 0 ? {} : { TagSpecifications: [{ ResourceType, Tags }] };
}

/** The id of a resource of this stack and logical id that no other record holds. */
export async function findTagged(
  { clients, stack, logicalId, others }: ResourceRequest,
  resourceType: Ec2ResourceType,
): Promise<string | undefined> {
  const idsTagged = async (key: string, value: string) => {
    const { Tags = [] } = await clients.ec2.DescribeTags({
      Filters: [
        { Name: "resource-type", Values: [resourceType] },
        { Name: "key", Values: [key] },
        { Name: "value", Values: [value] },
      ],
    });
    return Tags.map(({ ResourceId = "" }) => ResourceId);
  };
  const ofStack = await idsTagged("aws:cloudformation:stack-id", stack.arn);
  const ofId = await idsTagged("aws:cloudformation:logical-id", logicalId);
  return ofStack.find((id) => ofId.includes(id) && !others.includes(id));
}

/** Brings a resource's tags to what they should be. */
export async function updateTags(request: UpdateRequest, id = request.physicalId): Promise<void> {
  const { clients } = request;
  const { added, removed } = tagChanges(request);
  if (removed.length > 0)
    await clients.ec2.DeleteTags({ Resources: [id], Tags: removed.map((Key) => ({ Key })) });
  if (Object.keys(added).length > 0)
    await clients.ec2.CreateTags({ Resources: [id], Tags: tagList(added) });
}

/** As `tagSpecifications`, with those that the resource's own TagSpecifications name. */
export function mergedSpecifications(
  request: ResourceRequest,
  ResourceType: Ec2ResourceType,
): { TagSpecifications?: { ResourceType: Ec2ResourceType; Tags: Tag[] }[] } {
  const given = (request.properties["TagSpecifications"] ?? []) as {
    ResourceType?: Ec2ResourceType;
    Tags?: Tag[];
  }[];
  const others = given.flatMap((one) =>
    one.ResourceType && one.ResourceType !== ResourceType
      ? [{ ResourceType: one.ResourceType, Tags: one.Tags ?? [] }]
      : [],
  );
  const own = given.find((one) => one.ResourceType === ResourceType)?.Tags ?? [];
  const Tags = [
    ...tagList(request.tags).filter(({ Key }) => !own.some((one) => one.Key === Key)),
    ...own,
  ];
  if (Tags.length === 0 && others.length === 0) return {};
  return { TagSpecifications: [...(Tags.length > 0 ? [{ ResourceType, Tags }] : []), ...others] };
}
