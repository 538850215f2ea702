import { tagChanges, tagList } from "../properties.ts";
import type { UpdateRequest } from "../resource-type.ts";

/** Brings an alarm's tags to what the template now says; its ARN is asked for only where one changed. */
export async function retagAlarm(
  request: UpdateRequest,
  arnOf: () => Promise<string | undefined>,
): Promise<void> {
  const { cloudwatch } = request.clients;
  const { added, removed } = tagChanges(request);
  if (removed.length === 0 && Object.keys(added).length === 0) return;
  const ResourceARN = await arnOf();
  if (removed.length > 0) await cloudwatch.UntagResource({ ResourceARN, TagKeys: removed });
  if (Object.keys(added).length > 0)
    await cloudwatch.TagResource({ ResourceARN, Tags: tagList(added) });
}
