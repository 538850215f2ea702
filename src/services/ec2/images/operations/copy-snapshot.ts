import type { Ec2Operation } from "../../context.ts";
import { unsupportedParameter } from "../../errors.ts";
import { shownTags, tagsFor } from "../../tags.ts";
import { encryptsByDefault, keyArn, usualKeyArn } from "../../volumes/encryption-by-default.ts";
import { copyOf } from "../make-snapshot.ts";
import { findSnapshot, usableSnapshot } from "../records.ts";

/** https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_CopySnapshot.html */
export const copySnapshot: Ec2Operation<"CopySnapshot"> = async (input, context) => {
  for (const name of ["DestinationOutpostArn", "DestinationAvailabilityZone"] as const)
    if (input[name] !== undefined) throw unsupportedParameter(name);
  const { SourceSnapshotId: id, SourceRegion: region, Description: description = "" } = input;
  const named = input.KmsKeyId === undefined ? undefined : await keyArn(context, input.KmsKeyId);
  const secret = await context.store.transaction(async (tx) => {
    const source = await findSnapshot(tx, region!, id!);
    return source?.encrypted || input.Encrypted;
  });
  const usual = await usualKeyArn(context, secret);
  const tags = tagsFor("snapshot", input.TagSpecifications, context.principal);
  const copy = await context.store.transaction(async (tx) => {
    const source = await usableSnapshot(tx, { account: context.account, region: region! }, id!);
    const { kmsKeyId: _sources, ...rest } = source;
    const encrypted =
      source.encrypted ||
      input.KmsKeyId !== undefined ||
      (input.Encrypted ?? (await encryptsByDefault(tx, context)));
    const kmsKeyId = encrypted ? (named ?? input.KmsKeyId ?? usual) : undefined;
    const copied = { ...rest, encrypted, ...(kmsKeyId !== undefined && { kmsKeyId }) };
    const lacksKey = input.KmsKeyId !== undefined && named === undefined;
    return copyOf(tx, context, copied, { description, tags, region: region!, lacksKey });
  });
  return { SnapshotId: copy.snapshotId, Tags: shownTags(tags) };
};
