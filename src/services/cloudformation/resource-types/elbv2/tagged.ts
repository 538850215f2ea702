/** Tags of Elastic Load Balancing's resources. */
import { tagChanges, tagList } from "../properties.ts";
import type { UpdateRequest } from "../resource-type.ts";

export async function updateTags(request: UpdateRequest): Promise<void> {
  const { clients, physicalId } = request;
  const { added, removed } = tagChanges(request);
  const ResourceArns = [physicalId];
  if (removed.length > 0) await clients.elbv2.RemoveTags({ ResourceArns, TagKeys: removed });
  if (Object.keys(added).length > 0)
    await clients.elbv2.AddTags({ ResourceArns, Tags: tagList(added) });
}
