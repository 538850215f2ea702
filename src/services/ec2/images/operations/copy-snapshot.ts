import type { Ec2Operation } from "../../context.ts";
import { unsupportedParameter } from "../../errors.ts";
import { shownTags, tagsFor } from "../../tags.ts";
import { copyOf } from "../make-snapshot.ts";
import { usableSnapshot } from "../records.ts";

/** https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_CopySnapshot.html */
export const copySnapshot: Ec2Operation<"CopySnapshot"> = async (input, context) => {
  for (const name of ["DestinationOutpostArn", "DestinationAvailabilityZone"] as const)
    if (input[name] !== undefined) throw unsupportedParameter(name);
  if (input.KmsKeyId !== undefined) throw unsupportedParameter("KmsKeyId");
  const { SourceSnapshotId: id, SourceRegion: region, Description: description = "" } = input;
  const tags = tagsFor("snapshot", input.TagSpecifications, context.principal);
  const copy = await context.store.transaction(async (tx) => {
    const source = await usableSnapshot(tx, { account: context.account, region: region! }, id!);
    const encrypted = source.encrypted || (input.Encrypted ?? false);
    return copyOf(tx, context, { ...source, encrypted }, { description, tags });
  });
  return { SnapshotId: copy.snapshotId, Tags: shownTags(tags) };
};
