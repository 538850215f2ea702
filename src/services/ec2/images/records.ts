/** Images and the snapshots behind them. The bytes belong to snapshots; images name their root's. */
import type { BlockDeviceMapping } from "@aws-sdk/client-ec2";
import type { MachineImage } from "#compute/driver.ts";
import { collection, listScopes, type Scope } from "#store/collection.ts";
import type { Transaction } from "#store/store.ts";
import type { Tags } from "#services/kit/tags.ts";
import { ec2Error, malformedId } from "../errors.ts";
import { derivedId } from "#services/kit/facts/derived-id.ts";
import { hasIdForm } from "../ids.ts";
import { tagOwner } from "../tags.ts";
import type { BlockDevice } from "../volumes/block-devices.ts";
import { publicImages, type PublicImage } from "#services/kit/facts/public-images.ts";

export interface ImageRecord {
  imageId: string;
  name: string;
  description: string;
  ownerId: string;
  state: "pending" | "available" | "failed" | "disabled";
  stateReason?: { code: string; message: string };
  architecture: string;
  rootDeviceName: string;
  blockDevices: BlockDevice[];
  createdMs: number;
  /** Anybody may launch it. */
  public: boolean;
  /** Accounts that may launch it besides the owner. */
  launchAccounts: string[];
  /** ARNs of organizations and organizational units. */
  launchOrganizations?: string[];
  bootMode?: string;
  imdsSupport?: string;
  sourceInstanceId?: string;
  /** While pending: the instance that reboots once its root is captured. */
  rebootsInstanceId?: string;
  sourceImageId?: string;
  sourceImageRegion?: string;
  /** The container image that it stands for, instead of captured bytes. */
  reference?: string;
  /** From then on only its owner finds it in lists. */
  deprecatedMs?: number;
  /** It cannot be deregistered; with a cooldown not even for a day after that was taken back. */
  protection?: "enabled-with-cooldown" | "enabled-without-cooldown";
  /** The end of that day. */
  protectedUntilMs?: number;
  tags: Tags;
}

export interface SnapshotRecord {
  snapshotId: string;
  ownerId: string;
  volumeId: string;
  sizeGiB: number;
  description: string;
  encrypted: boolean;
  kmsKeyId?: string;
  /** "deleting": the bytes go first, then the record; nobody sees it any more. */
  state: "pending" | "completed" | "error" | "deleting";
  stateMessage?: string;
  startedMs: number;
  completedMs?: number;
  /** What it is a copy of. */
  copiedFrom?: { snapshotId: string; region: string };
  /** Under which image id the driver keeps the bytes of a root volume. */
  machineImageId?: string;
  /** Under which id the driver keeps the bytes of another volume. */
  blocksId?: string;
  /** While pending: the part that is done, 0 to 100. */
  progress?: number;
  /** Anybody may use it. */
  public?: boolean;
  /** Accounts that may use it besides the owner. */
  sharedWith?: string[];
  /** The instance whose root volume is to be captured, while pending. */
  instanceId?: string;
  sizeBytes?: number;
  tags: Tags;
}

export const images = collection<ImageRecord>("ec2", "image");
/** Images of the last hour and those that instances still name, by id: asked for, they are no error. */
export const deregisteredImages = collection<{ deregisteredMs: number }>(
  "ec2",
  "deregistered-image",
);
export const snapshots = collection<SnapshotRecord>("ec2", "snapshot");

export const imageNotFound = (ids: readonly string[]) =>
  ids.length === 1
    ? ec2Error("InvalidAMIID.NotFound", `The image id '[${ids[0]!}]' does not exist`)
    : ec2Error("InvalidAMIID.NotFound", `The image ids '[${ids.join(", ")}]' do not exist`);

export const snapshotNotFound = (id: string) =>
  ec2Error("InvalidSnapshot.NotFound", `The snapshot '${id}' does not exist.`);

export const imageTags = tagOwner({
  resourceType: "image",
  prefix: "ami",
  records: images,
  notFound: (id) => imageNotFound([id]),
});

export const snapshotTags = tagOwner({
  resourceType: "snapshot",
  prefix: "snap",
  records: snapshots,
  notFound: snapshotNotFound,
});

/** An image as launching sees it, whoever owns it. */
export interface Image extends ImageRecord {
  ownerAlias?: string;
  creationDate?: string;
}

/** A public image's snapshot launches instances and is otherwise its owner's alone. */
const publicSnapshotId = (region: string, { name }: PublicImage) => derivedId("snap", region, name);

function fromPublic(region: string, image: PublicImage): Image {
  return {
    imageId: image.imageId,
    name: image.name,
    description: image.description,
    ownerId: image.ownerId,
    ownerAlias: image.ownerAlias,
    creationDate: image.creationDate,
    state: "available",
    architecture: image.architecture,
    rootDeviceName: image.rootDeviceName,
    blockDevices: [
      {
        deviceName: image.rootDeviceName,
        sizeGiB: image.rootVolumeGiB,
        volumeType: image.volumeType,
        encrypted: false,
        deleteOnTermination: true,
        snapshotId: publicSnapshotId(region, image),
        ...(image.volumeType === "gp3" ? { iops: 3000, throughput: 125 } : { iops: 100 }),
      },
    ],
    createdMs: 0,
    public: true,
    launchAccounts: [],
    bootMode: image.bootMode,
    ...(image.imdsSupport && { imdsSupport: image.imdsSupport }),
    reference: image.reference,
    tags: {},
  };
}

/** Every image that the account may see in the region: its own, those shared with it, the public ones. */
export async function visibleImages(tx: Transaction, scope: Scope): Promise<Image[]> {
  const own = await images.list(tx, scope);
  const shared: Image[] = [];
  for (const other of await listScopes(tx)) {
    if (other.region !== scope.region || other.account === scope.account) continue;
    for (const image of await images.list(tx, other))
      if (image.public || image.launchAccounts.includes(scope.account))
        shared.push({ ...image, tags: {} });
  }
  return [
    ...own,
    ...shared,
    ...publicImages(scope.region).map((image) => fromPublic(scope.region, image)),
  ];
}

/** Throws InvalidAMIID.Malformed or InvalidAMIID.NotFound. */
export async function findImage(tx: Transaction, scope: Scope, imageId: string): Promise<Image> {
  if (!hasIdForm(imageId, "ami")) throw malformedId("InvalidAMIID.Malformed", imageId, "ami");
  const own = await images.get(tx, scope, imageId);
  if (own) return own;
  const found = (await visibleImages(tx, scope)).find((image) => image.imageId === imageId);
  if (!found) throw imageNotFound([imageId]);
  return found;
}

/** The caller's own image, to be changed. Throws as `findImage`, or AuthFailure for another's. */
export async function ownImage(
  tx: Transaction,
  scope: Scope,
  imageId: string,
): Promise<ImageRecord> {
  const image = await findImage(tx, scope, imageId);
  if (image.ownerId !== scope.account)
    throw ec2Error("AuthFailure", `Not authorized for image:${imageId}`, 403);
  return image;
}

/** Every snapshot that the account may use in the region: its own, those shared with it, public ones. */
export async function visibleSnapshots(tx: Transaction, scope: Scope): Promise<SnapshotRecord[]> {
  const found: SnapshotRecord[] = [];
  for (const other of await listScopes(tx)) {
    if (other.region !== scope.region) continue;
    for (const snapshot of await snapshots.list(tx, other))
      if (isVisible(snapshot, scope.account))
        found.push(other.account === scope.account ? snapshot : { ...snapshot, tags: {} });
  }
  return found;
}

function isVisible({ state, ownerId, ...shared }: SnapshotRecord, account: string): boolean {
  if (state === "deleting") return false;
  return (
    ownerId === account || shared.public === true || (shared.sharedWith?.includes(account) ?? false)
  );
}

/** A snapshot of the region, whoever owns it. */
export async function findSnapshot(
  tx: Transaction,
  region: string,
  snapshotId: string,
): Promise<SnapshotRecord | undefined> {
  for (const scope of await listScopes(tx)) {
    if (scope.region !== region) continue;
    const found = await snapshots.get(tx, scope, snapshotId);
    if (found) return found;
  }
  return undefined;
}

/** Whether there is such a snapshot in the region that the account has no access to. */
export async function isForeignSnapshot(
  tx: Transaction,
  { account, region }: Scope,
  snapshotId: string,
): Promise<boolean> {
  if (publicImages(region).some((image) => publicSnapshotId(region, image) === snapshotId))
    return true;
  const found = await findSnapshot(tx, region, snapshotId);
  return found !== undefined && found.ownerId !== account && !isVisible(found, account);
}

/** Under which id the driver has the snapshot's bytes; undefined for one of years when it had none. */
export function bytesIdOf({ blocksId, machineImageId }: SnapshotRecord): string | undefined {
  return blocksId ?? machineImageId;
}

/** One that the account may make volumes of: its own, one shared with it, a public one. */
export async function visibleSnapshot(
  tx: Transaction,
  scope: Scope,
  snapshotId: string,
): Promise<SnapshotRecord> {
  if (!hasIdForm(snapshotId, "snap"))
    throw malformedId("InvalidSnapshotID.Malformed", snapshotId, "snap");
  const found = await findSnapshot(tx, scope.region, snapshotId);
  if (!found || !isVisible(found, scope.account)) throw snapshotNotFound(snapshotId);
  return found;
}

/** The same, with all of its bytes. */
export async function usableSnapshot(
  tx: Transaction,
  scope: Scope,
  snapshotId: string,
): Promise<SnapshotRecord> {
  const found = await visibleSnapshot(tx, scope, snapshotId);
  if (found.state !== "completed")
    throw ec2Error("IncorrectState", `Snapshot is in invalid state - ${found.state}`);
  return found;
}

/** The snapshots that a request's block device mappings name. */
export async function mappedSnapshots(
  tx: Transaction,
  scope: Scope,
  mappings: readonly BlockDeviceMapping[] | undefined,
): Promise<Map<string, SnapshotRecord>> {
  const found = new Map<string, SnapshotRecord>();
  for (const { Ebs } of mappings ?? [])
    if (Ebs?.SnapshotId)
      found.set(Ebs.SnapshotId, await visibleSnapshot(tx, scope, Ebs.SnapshotId));
  return found;
}

/** What the driver boots for an image: captured bytes, or a public image by its container's name. */
export async function machineImageOf(
  tx: Transaction,
  scope: Scope,
  image: Image,
): Promise<MachineImage> {
  const { imageId, reference, ownerAlias } = image;
  // A public image may be told apart from what stands in for it; a user's own is meant exactly.
  if (reference !== undefined)
    return { id: imageId, reference, ...(ownerAlias === undefined && { required: true as const }) };
  const root = image.blockDevices.find((device) => device.deviceName === image.rootDeviceName);
  const snapshot =
    root?.snapshotId === undefined
      ? undefined
      : await findSnapshot(tx, scope.region, root.snapshotId);
  return { id: (snapshot && bytesIdOf(snapshot)) ?? image.imageId };
}
