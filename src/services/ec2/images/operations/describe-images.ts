import type { Transaction } from "#store/store.ts";
import type { Ec2Context, Ec2Operation } from "../../context.ts";
import { applyFilters, type FilterTable, type FilterValue } from "../../filters.ts";
import { selectByIds } from "../../ids.ts";
import { instances } from "../../instances/records.ts";
import { pageOf, refuseIdsWithPages } from "../../paging.ts";
import type { BlockDevice } from "../../volumes/block-devices.ts";
import { creationDate, describeImage } from "../describe.ts";
import { deregisteredImages, imageNotFound, visibleImages, type Image } from "../records.ts";

const devices = (value: (device: BlockDevice) => FilterValue) => (image: Image) =>
  image.blockDevices.map((device) => value(device) as string);

const filters: FilterTable<Image> = {
  architecture: (image) => image.architecture,
  "block-device-mapping.delete-on-termination": devices((device) => device.deleteOnTermination),
  "block-device-mapping.device-name": devices((device) => device.deviceName),
  "block-device-mapping.snapshot-id": devices((device) => device.snapshotId),
  "block-device-mapping.volume-size": devices((device) => device.sizeGiB),
  "block-device-mapping.volume-type": devices((device) => device.volumeType),
  "block-device-mapping.encrypted": devices((device) => device.encrypted),
  "boot-mode": (image) => image.bootMode,
  "creation-date": creationDate,
  description: (image) => image.description,
  "ena-support": () => true,
  hypervisor: () => "xen",
  "image-allowed": () => true,
  "image-id": (image) => image.imageId,
  "image-type": () => "machine",
  "is-public": (image) => image.public,
  "kernel-id": () => undefined,
  "manifest-location": (image) => `${image.ownerAlias ?? image.ownerId}/${image.name}`,
  name: (image) => image.name,
  "owner-alias": (image) => image.ownerAlias,
  "owner-id": (image) => image.ownerId,
  platform: () => undefined,
  "product-code": () => undefined,
  "product-code.type": () => undefined,
  "ramdisk-id": () => undefined,
  "root-device-name": (image) => image.rootDeviceName,
  "root-device-type": () => "ebs",
  "source-image-id": (image) => image.sourceImageId,
  "source-image-region": (image) => image.sourceImageRegion,
  "source-instance-id": (image) => image.sourceInstanceId,
  "sriov-net-support": () => "simple",
  state: (image) => image.state,
  "state-reason-code": (image) => image.stateReason?.code,
  "state-reason-message": (image) => image.stateReason?.message,
  "virtualization-type": () => "hvm",
};

/** https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_DescribeImages.html */
export const describeImages: Ec2Operation<"DescribeImages"> = async (input, context) => {
  const { account } = context;
  refuseIdsWithPages(input.ImageIds, input, "imagesSet");
  const { visible, ids } = await context.store.transaction(async (tx) => ({
    visible: await visibleImages(tx, context),
    ids: await withoutDeregistered(tx, context, input.ImageIds),
  }));
  if (input.ImageIds?.length && ids?.length === 0) return { Images: [] };
  const named = selectByIds(visible, ids, (image) => image.imageId, {
    prefix: "ami",
    malformedCode: "InvalidAMIID.Malformed",
    notFound: imageNotFound,
  });
  const owned = (image: Image, owner: string) =>
    owner === "self"
      ? image.ownerId === account
      : owner === image.ownerAlias || owner === image.ownerId;
  // "Only AMIs shared with that specific account ID are returned."
  const launchable = (image: Image, who: string) =>
    who === "all" ? image.public : image.launchAccounts.includes(who === "self" ? account : who);
  const nowMs = context.clock.now();
  const wanted = named
    .filter(({ state }) => input.IncludeDisabled || state !== "disabled")
    .filter(
      ({ deprecatedMs, ownerId }) =>
        input.IncludeDeprecated ||
        ownerId === account ||
        deprecatedMs === undefined ||
        deprecatedMs > nowMs,
    )
    .filter((image) => !input.Owners?.length || input.Owners.some((owner) => owned(image, owner)))
    .filter(
      (image) =>
        !input.ExecutableUsers?.length ||
        input.ExecutableUsers.some((who) => launchable(image, who)),
    );
  const { items, NextToken } = pageOf(
    applyFilters(wanted, input.Filters, filters, (image) => image.tags),
    input,
    listOrder,
    { least: 1 },
  );
  return { Images: items.map(describeImage), NextToken };
};

const deregisteredTellsMs = 3_600_000;

/**
 * "Recently deregistered images […] return empty results"; the id becomes an error once no instance
 * names it any more. https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_DescribeImages.html
 */
async function withoutDeregistered(
  tx: Transaction,
  context: Ec2Context,
  ids: readonly string[] | undefined,
): Promise<string[] | undefined> {
  if (!ids) return undefined;
  const left: string[] = [];
  for (const id of ids) {
    const gone = await deregisteredImages.get(tx, context, id);
    const recent = gone && context.clock.now() - gone.deregisteredMs < deregisteredTellsMs;
    if (gone && (recent || (await isInUse(tx, context, id)))) continue;
    if (gone) deregisteredImages.delete(tx, context, id);
    left.push(id);
  }
  return left;
}

async function isInUse(tx: Transaction, context: Ec2Context, id: string): Promise<boolean> {
  const all = await instances.list(tx, context);
  return all.some(({ imageId, state }) => imageId === id && state !== "terminated");
}

/** Those first that most types run: clients that take any image take the first. */
function listOrder({ architecture, imageId }: Image): string {
  return `${architecture === "x86_64" ? 0 : 1}${imageId}`;
}
