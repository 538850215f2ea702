import type { Transaction } from "#store/store.ts";
import type { Ec2Context, Ec2Input, Ec2Operation } from "../../context.ts";
import {
  incorrectInstanceState,
  invalidParameterCombination,
  invalidValueFor,
  missingParameter,
  unsupportedParameter,
} from "../../errors.ts";
import { typeFacts } from "../../instance-types/facts.ts";
import { instanceNetwork } from "../../network/instance-network.ts";
import { volumes } from "../../volumes/records.ts";
import { changeInstance, findInstance, type InstanceRecord } from "../records.ts";
import { checkArchitecture, cpuCredits } from "../run/blueprint.ts";
import { checkUserData, decodeUserData } from "../run/user-data.ts";

type Request = Ec2Input<"ModifyInstanceAttribute">;

/** One attribute per request, given by its own member or by Attribute and Value. */
export const modifyInstanceAttribute: Ec2Operation<"ModifyInstanceAttribute"> = async (
  input,
  context,
) => {
  const request = unfold(input);
  const named = attributes.filter((name) => request[name] !== undefined);
  if (named.length > 1)
    throw invalidParameterCombination(
      "Fields for multiple attribute types specified: please use one attribute per request",
    );
  if (named.length === 0) throw missingParameter("attribute");
  const newType = request.InstanceType?.Value;
  const facts = newType === undefined ? undefined : await typeFacts(newType);
  await context.store.transaction(async (tx) => {
    const instance = await findInstance(tx, context, request.InstanceId!);
    const change =
      facts && newType !== undefined
        ? typeChange(instance, newType, facts)
        : await plainChange(tx, context, instance, request);
    if (change) changeInstance(tx, context, instance, change);
  });
  return {};
};

const attributes = [
  "SourceDestCheck",
  "DisableApiStop",
  "BlockDeviceMappings",
  "DisableApiTermination",
  "InstanceType",
  "Kernel",
  "Ramdisk",
  "UserData",
  "InstanceInitiatedShutdownBehavior",
  "Groups",
  "EbsOptimized",
  "SriovNetSupport",
  "EnaSupport",
] as const satisfies readonly (keyof Request)[];

/** {Attribute: "instanceType", Value: "m5.large"} → {InstanceType: {Value: "m5.large"}} */
function unfold(input: Request): Request {
  const { Attribute, Value } = input;
  if (!Attribute) return input;
  if (Value === undefined) return input;
  switch (Attribute) {
    case "instanceType":
      return { ...input, InstanceType: { Value } };
    case "userData":
      return { ...input, UserData: { Value: Buffer.from(decodeUserData(Value) ?? []) } };
    case "instanceInitiatedShutdownBehavior":
      return { ...input, InstanceInitiatedShutdownBehavior: { Value } };
    case "disableApiTermination":
      return { ...input, DisableApiTermination: { Value: Value === "true" } };
    case "disableApiStop":
      return { ...input, DisableApiStop: { Value: Value === "true" } };
    case "sourceDestCheck":
      return { ...input, SourceDestCheck: { Value: Value === "true" } };
    case "sriovNetSupport":
      return { ...input, SriovNetSupport: { Value } };
    case "enaSupport":
      return { ...input, EnaSupport: { Value: Value === "true" } };
    case "ebsOptimized":
      return { ...input, EbsOptimized: { Value: Value === "true" } };
    default:
      throw unsupportedParameter(`Attribute=${Attribute}`);
  }
}

/** The new size is what the machine gets at its next start. */
function typeChange(
  instance: InstanceRecord,
  instanceType: string,
  facts: Awaited<ReturnType<typeof typeFacts>>,
): Partial<InstanceRecord> {
  requireStopped(instance, "instanceType");
  checkArchitecture(instance, facts);
  return {
    instanceType,
    hypervisor: facts.hypervisor,
    cores: facts.cores,
    threadsPerCore: facts.threadsPerCore,
    vcpus: facts.vcpus,
    memoryBytes: facts.memoryBytes,
    cpuCredits: cpuCredits({}, facts, instanceType),
  };
}

async function plainChange(
  tx: Transaction,
  context: Ec2Context,
  instance: InstanceRecord,
  request: Request,
): Promise<Partial<InstanceRecord> | undefined> {
  const { instanceId } = instance;
  if (request.Groups !== undefined) {
    await instanceNetwork.setGroups(tx, context, instanceId, request.Groups);
    return undefined;
  }
  if (request.SourceDestCheck !== undefined) {
    const enabled = request.SourceDestCheck.Value ?? true;
    await instanceNetwork.setSourceDestCheck(tx, context, instanceId, enabled);
    return undefined;
  }
  if (request.DisableApiStop !== undefined)
    return { disableApiStop: request.DisableApiStop.Value ?? false };
  if (request.DisableApiTermination !== undefined)
    return { disableApiTermination: request.DisableApiTermination.Value ?? false };
  if (request.InstanceInitiatedShutdownBehavior !== undefined) {
    const { Value } = request.InstanceInitiatedShutdownBehavior;
    if (Value !== "stop" && Value !== "terminate")
      throw invalidValueFor("instanceInitiatedShutdownBehavior", Value);
    return { shutdownBehavior: Value };
  }
  if (request.EbsOptimized !== undefined) {
    requireStopped(instance, "ebsOptimized");
    return { ebsOptimized: request.EbsOptimized.Value ?? false };
  }
  if (request.UserData !== undefined) {
    requireStopped(instance, "userData");
    return { userData: checkUserData(request.UserData.Value ?? new Uint8Array()) };
  }
  if (request.BlockDeviceMappings !== undefined)
    return blockDeviceChange(tx, context, instance, request.BlockDeviceMappings);
  // Drivers for enhanced networking are there already; the rest has no meaning here.
  if (request.EnaSupport?.Value === true || request.SriovNetSupport?.Value === "simple") {
    requireStopped(instance, request.EnaSupport ? "enaSupport" : "sriovNetSupport");
    return undefined;
  }
  throw unsupportedParameter("Kernel, Ramdisk, SriovNetSupport or EnaSupport=false");
}

async function blockDeviceChange(
  tx: Transaction,
  context: Ec2Context,
  instance: InstanceRecord,
  mappings: NonNullable<Request["BlockDeviceMappings"]>,
): Promise<Partial<InstanceRecord>> {
  const blockDevices = [...instance.blockDevices];
  for (const { DeviceName, Ebs } of mappings) {
    const index = blockDevices.findIndex((device) => device.deviceName === DeviceName);
    const device = blockDevices[index];
    if (!device) throw invalidValueFor("blockDeviceMapping.deviceName", DeviceName);
    const deleteOnTermination = Ebs?.DeleteOnTermination ?? device.deleteOnTermination;
    blockDevices[index] = { ...device, deleteOnTermination };
    const volume = await volumes.get(tx, context, device.volumeId);
    if (volume?.attachment)
      volumes.put(tx, context, [device.volumeId], {
        ...volume,
        attachment: { ...volume.attachment, deleteOnTermination },
      });
  }
  return { blockDevices };
}

function requireStopped({ instanceId, state }: InstanceRecord, attribute: string): void {
  if (state !== "stopped")
    throw incorrectInstanceState(
      `The instance '${instanceId}' must be in a 'stopped' state to modify its '${attribute}' attribute.`,
    );
}
