/** Everything that the instances of one launch have in common, checked and completed with defaults. */
import type { Transaction } from "#store/store.ts";
import type { LaunchContext } from "../../context.ts";
import { invalidParameterCombination, invalidParameterValue, invalidZone } from "../../errors.ts";
import { findImage, machineImageOf, mappedSnapshots, type Image } from "../../images/records.ts";
import { typeFacts, type TypeFacts } from "../../instance-types/facts.ts";
import { marketOf, type Market } from "../../spot/market.ts";
import { keyPairNotFound, keyPairs } from "../../key-pairs/records.ts";
import { zoneNamed } from "#services/kit/facts/zones.ts";
import { mergeBlockDevices, type BlockDevice } from "../../volumes/block-devices.ts";
import { usualKeyArn } from "../../volumes/encryption-by-default.ts";
import { readDefaults, type InstanceDefaults } from "../defaults.ts";
import { profileToLaunch, type Profile } from "../profile.ts";
import type { InstanceRecord, MetadataOptions } from "../records.ts";
import type { LaunchRequest } from "./launch-request.ts";
import { resolveImageId } from "./image-id.ts";
import { refuseUnsupported } from "./refused.ts";
import { decodeUserData } from "./user-data.ts";

/** What must be asked of others before the transaction. */
export interface Preparation {
  imageId: string;
  instanceType: string;
  facts: TypeFacts;
  /** Undefined on demand. */
  market: Market | undefined;
  profile: Profile | undefined;
  userData: Uint8Array | undefined;
  /** The key of encrypted volumes for which none is named; undefined where nothing is encrypted. */
  volumeKey: string | undefined;
}

/** AWS's own default, from the first days. https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_RunInstances.html */
const defaultType = "m1.small";

export async function prepare(
  context: LaunchContext,
  request: LaunchRequest,
): Promise<Preparation> {
  refuseUnsupported(request);
  const instanceType = request.InstanceType ?? defaultType;
  const facts = await typeFacts(instanceType);
  return {
    imageId: await resolveImageId(context, request.ImageId),
    instanceType,
    facts,
    market: marketOf(request, instanceType, facts),
    profile: await profileToLaunch(context, request.IamInstanceProfile),
    userData: decodeUserData(request.UserData),
    volumeKey: await usualKeyArn(
      context,
      request.BlockDeviceMappings?.some(({ Ebs }) => Ebs?.Encrypted),
    ),
  };
}

/** The members of an instance's record that a launch decides once for all its instances. */
export type Blueprint = Omit<
  InstanceRecord,
  | "instanceId"
  | "launchIndex"
  | "reservationId"
  | "profile"
  | "zone"
  | "placement"
  | "reservationWish"
  | "capacityReservationId"
  | "subnetId"
  | "vpcId"
  | "privateIp"
  | "privateDnsName"
  | "privateNames"
  | "blockDevices"
  | "tags"
>;

export async function blueprint(
  tx: Transaction,
  context: LaunchContext,
  request: LaunchRequest,
  prepared: Preparation,
): Promise<{ base: Blueprint; devices: BlockDevice[]; image: Image }> {
  const { facts, instanceType, userData } = prepared;
  const image = await findImage(tx, context, prepared.imageId);
  if (image.state !== "available")
    throw invalidParameterValue(`The AMI ${image.imageId} is not available: ${image.state}`);
  checkArchitecture(image, facts);
  const { KeyName } = request;
  const pair = KeyName ? await keyPairs.get(tx, context, KeyName) : undefined;
  if (KeyName && !pair) throw keyPairNotFound(KeyName);
  const zone = request.Placement?.AvailabilityZone;
  if (zone && !zoneNamed(context.region, zone)) throw invalidZone(zone);
  if (request.EbsOptimized && !facts.ebsOptimizedSupported)
    throw invalidParameterCombination(
      `EBS-optimized instances are not supported for your requested configuration: ${instanceType}`,
    );
  const cpu = cpuOptions(request, facts, instanceType);
  const defaults = await readDefaults(tx, context);
  const usualCredits = defaults.credits[instanceType.split(".")[0]!];
  const credits = cpuCredits(request, facts, instanceType, usualCredits);
  const nowMs = context.clock.now();
  const base: Blueprint = {
    ownerId: context.account,
    ...(context.principal.type === "service" && { requesterId: context.principal.arn }),
    ...(request.ClientToken && { clientToken: request.ClientToken }),
    state: "pending",
    transitionReason: "",
    launchedMs: nowMs,
    rebootsWanted: 0,
    machine: { launched: false, launchFailures: 0, rebootsDone: 0 },
    imageId: image.imageId,
    machineImage: await machineImageOf(tx, context, image),
    architecture: image.architecture,
    ...(image.bootMode && { bootMode: image.bootMode }),
    instanceType,
    hypervisor: facts.hypervisor,
    ...cpu,
    vcpus: cpu.cores * cpu.threadsPerCore,
    memoryBytes: facts.memoryBytes,
    ...(credits && { cpuCredits: credits }),
    ebsOptimized: request.EbsOptimized ?? false,
    ...(pair && { keyName: pair.keyName, publicKey: pair.publicKey }),
    ...(userData && { userData }),
    metadataOptions: metadataOptions(request, image, defaults.metadata),
    monitoring: request.Monitoring?.Enabled ?? false,
    shutdownBehavior: request.InstanceInitiatedShutdownBehavior ?? "stop",
    disableApiTermination: request.DisableApiTermination ?? false,
    disableApiStop: request.DisableApiStop ?? false,
    autoRecovery: request.MaintenanceOptions?.AutoRecovery ?? "default",
    tenancy: request.Placement?.Tenancy ?? "default",
    rootDeviceName: image.rootDeviceName,
  };
  const { BlockDeviceMappings } = request;
  // Who may launch the image has access to its snapshots for the launch.
  // https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/sharingamis-explicit.html
  const others = BlockDeviceMappings?.filter(
    ({ DeviceName, Ebs }) =>
      !image.blockDevices.some(
        (device) => device.deviceName === DeviceName && device.snapshotId === Ebs?.SnapshotId,
      ),
  );
  const snapshots = await mappedSnapshots(tx, context, others);
  const devices = mergeBlockDevices(image.blockDevices, BlockDeviceMappings, snapshots);
  return { base, devices, image };
}

export function checkArchitecture(
  image: Pick<Image, "architecture">,
  { architectures }: TypeFacts,
): void {
  if (architectures.includes(image.architecture)) return;
  throw invalidParameterValue(
    `The architecture '${architectures.join(",")}' of the specified instance type does not match the architecture '${image.architecture}' of the specified AMI. Specify an instance type and an AMI that have matching architectures, and try again. You can use 'describe-instance-types' or 'describe-images' to discover the architecture of the instance type or AMI.`,
  );
}

/** Throws for more cores or threads than the type has. */
export function cpuOptions(
  { CpuOptions }: Pick<LaunchRequest, "CpuOptions">,
  facts: TypeFacts,
  instanceType: string,
) {
  const cores = CpuOptions?.CoreCount ?? facts.cores;
  const threadsPerCore = CpuOptions?.ThreadsPerCore ?? facts.threadsPerCore;
  if (
    cores > facts.cores ||
    threadsPerCore > facts.threadsPerCore ||
    cores < 1 ||
    threadsPerCore < 1
  )
    throw invalidParameterValue(
      `CpuOptions with ${cores} cores and ${threadsPerCore} threads per core are not valid for instance type ${instanceType}.`,
    );
  return { cores, threadsPerCore };
}

/** T2 instances are standard, later burstable ones unlimited. https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/burstable-performance-instances-how-to.html */
export function cpuCredits(
  { CreditSpecification }: Pick<LaunchRequest, "CreditSpecification">,
  { burstable }: TypeFacts,
  instanceType: string,
  usual?: "standard" | "unlimited",
): "standard" | "unlimited" | undefined {
  const asked = CreditSpecification?.CpuCredits;
  if (!burstable) {
    if (asked)
      throw invalidParameterCombination(
        `The parameter CreditSpecification is not supported for instance type ${instanceType}.`,
      );
    return undefined;
  }
  if (asked !== undefined && asked !== "standard" && asked !== "unlimited")
    throw invalidParameterValue(`Value (${asked}) for parameter cpuCredits is invalid.`);
  return asked ?? usual ?? (instanceType.startsWith("t2.") ? "standard" : "unlimited");
}

/**
 * The launch's own, then the account's, then the image's: images that ask for IMDSv2 get it, with a
 * hop limit that reaches containers.
 * https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/configuring-instance-metadata-options.html#instance-metadata-options-order-of-precedence
 */
function metadataOptions(
  { MetadataOptions }: LaunchRequest,
  image: Image,
  account: InstanceDefaults["metadata"],
): MetadataOptions {
  const second = image.imdsSupport === "v2.0";
  return {
    httpTokens:
      MetadataOptions?.HttpTokens ?? account.httpTokens ?? (second ? "required" : "optional"),
    httpPutResponseHopLimit:
      MetadataOptions?.HttpPutResponseHopLimit ??
      account.httpPutResponseHopLimit ??
      (second ? 2 : 1),
    httpEndpoint: MetadataOptions?.HttpEndpoint ?? account.httpEndpoint ?? "enabled",
    httpProtocolIpv6: MetadataOptions?.HttpProtocolIpv6 ?? "disabled",
    instanceMetadataTags:
      MetadataOptions?.InstanceMetadataTags ?? account.instanceMetadataTags ?? "disabled",
  };
}
