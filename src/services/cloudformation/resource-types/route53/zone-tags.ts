/** Tags of hosted zones and health checks. */
import type { Tags } from "#services/kit/tags.ts";
import { ownTags, tagList } from "../properties.ts";
import type { StackClients } from "../resource-type.ts";

export async function updateTags(
  { route53 }: StackClients,
  ResourceType: "hostedzone" | "healthcheck",
  ResourceId: string,
  tags: Tags,
  previous: Tags,
): Promise<void> {
  const AddTags = tagList(ownTags(tags)).filter(({ Key, Value }) => previous[Key] !== Value);
  const RemoveTagKeys = Object.keys(ownTags(previous)).filter((key) => !(key in tags));
  if (AddTags.length + RemoveTagKeys.length === 0) return;
  await route53.ChangeTagsForResource({
    ResourceType,
    ResourceId,
    ...(AddTags.length > 0 && { AddTags }),
    ...(RemoveTagKeys.length > 0 && { RemoveTagKeys }),
  });
}
