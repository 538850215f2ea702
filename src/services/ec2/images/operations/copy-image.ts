import type { Ec2Operation } from "../../context.ts";
import { ec2Error, unsupportedParameter } from "../../errors.ts";
import { findByToken, rememberTokenForADay, tokenLifeMs } from "../../idempotency.ts";
import { newId } from "../../ids.ts";
import { shownTags, tagsFor } from "../../tags.ts";
import type { BlockDevice } from "../../volumes/block-devices.ts";
import { checkImageName } from "../image-name.ts";
import { copyOf } from "../make-snapshot.ts";
import { findImage, findSnapshot, images } from "../records.ts";

/** Copies an image within the cloud, from any region. The copies share the bytes. */
export const copyImage: Ec2Operation<"CopyImage"> = async (input, context) => {
  if (input.DestinationOutpostArn) throw unsupportedParameter("DestinationOutpostArn");
  if (input.DestinationAvailabilityZone || input.DestinationAvailabilityZoneId)
    throw unsupportedParameter("DestinationAvailabilityZone");
  const { SourceImageId, SourceRegion, ClientToken } = input;
  const name = input.Name!;
  const imageTags = tagsFor("image", input.TagSpecifications, context.principal, [
    "image",
    "snapshot",
  ]);
  const snapshotTags = tagsFor("snapshot", input.TagSpecifications, context.principal, [
    "image",
    "snapshot",
  ]);
  return context.store.transaction(async (tx) => {
    const earlier = await findByToken(tx, context, "CopyImage", ClientToken, input, tokenLifeMs);
    if (earlier !== undefined) return { ImageId: earlier };
    const from = { account: context.account, region: SourceRegion! };
    const source = await findImage(tx, from, SourceImageId!);
    if (source.state !== "available")
      throw ec2Error("InvalidRequest", `The image ${source.imageId} is not available.`);
    await checkImageName(tx, context, name);
    const imageId = newId(context.random, "ami");
    const blockDevices: BlockDevice[] = [];
    for (const device of source.blockDevices) {
      const found = device.snapshotId
        ? await findSnapshot(tx, from.region, device.snapshotId)
        : undefined;
      const encrypted = device.encrypted || (input.Encrypted ?? false);
      const copy =
        found &&
        copyOf(tx, context, found, {
          description: `Copied for DestinationAmi ${imageId} from SourceAmi ${source.imageId}`,
          tags: snapshotTags,
          region: from.region,
        });
      blockDevices.push({
        ...device,
        encrypted,
        ...(input.KmsKeyId && { kmsKeyId: input.KmsKeyId }),
        ...(copy && { snapshotId: copy.snapshotId }),
      });
    }
    const tags = { ...(input.CopyImageTags ? source.tags : {}), ...imageTags };
    const {
      ownerAlias: _alias,
      creationDate: _date,
      // Neither goes with a copy.
      deprecatedMs: _deprecated,
      protection: _protection,
      launchOrganizations: _organizations,
      protectedUntilMs: _until,
      ...facts
    } = source;
    images.put(tx, context, [imageId], {
      ...facts,
      imageId,
      name,
      description: input.Description ?? "",
      ownerId: context.account,
      blockDevices,
      createdMs: context.clock.now(),
      public: false,
      launchAccounts: [],
      sourceImageId: source.imageId,
      sourceImageRegion: from.region,
      tags,
    });
    await rememberTokenForADay(tx, context, "CopyImage", ClientToken, input, imageId);
    return { ImageId: imageId, Tags: shownTags(tags) };
  });
};
