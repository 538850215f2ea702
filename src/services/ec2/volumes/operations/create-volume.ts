import { zonesOf } from "#services/kit/facts/zones.ts";
import type { Ec2Context, Ec2Input, Ec2Operation } from "../../context.ts";
import { ec2Error, invalidZone, missingParameter, unsupportedParameter } from "../../errors.ts";
import { findByToken, rememberTokenForADay, tokenLifeMs } from "../../idempotency.ts";
import { newId } from "../../ids.ts";
import { bytesIdOf, usableSnapshot, type SnapshotRecord } from "../../images/records.ts";
import { tagsFor } from "../../tags.ts";
import { volumeFacts } from "../block-devices.ts";
import { describeVolume } from "../describe.ts";
import { encryptsByDefault } from "../encryption-by-default.ts";
import { findVolume, volumes, type VolumeRecord } from "../records.ts";

type Request = Ec2Input<"CreateVolume">;

/** https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_CreateVolume.html */
export const createVolume: Ec2Operation<"CreateVolume"> = async (input, context) => {
  refuse(input);
  const zone = zoneOf(input, context);
  const tags = tagsFor("volume", input.TagSpecifications, context.principal);
  const volume = await context.store.transaction(async (tx) => {
    const { ClientToken: token } = input;
    const earlier = await findByToken(tx, context, "CreateVolume", token, input, tokenLifeMs);
    if (earlier !== undefined) return findVolume(tx, context, earlier);
    const snapshot = input.SnapshotId
      ? await usableSnapshot(tx, context, input.SnapshotId)
      : undefined;
    const from = snapshot && bytesIdOf(snapshot);
    const record: VolumeRecord = {
      ...factsOf(input, snapshot, await encryptsByDefault(tx, context)),
      volumeId: newId(context.random, "vol"),
      zone,
      // An empty one has no bytes that would have to be made first.
      ...(from !== undefined && { state: "creating" as const, from }),
      createdMs: context.clock.now(),
      tags,
    };
    volumes.put(tx, context, [record.volumeId], record);
    await rememberTokenForADay(tx, context, "CreateVolume", token, input, record.volumeId);
    return record;
  });
  return { ...describeVolume(volume), State: "creating" };
};

function refuse(input: Request): void {
  for (const name of ["OutpostArn", "Operator", "VolumeInitializationRate", "SourceVolumeId"])
    if ((input as Record<string, unknown>)[name] !== undefined) throw unsupportedParameter(name);
  if (input.MultiAttachEnabled) throw unsupportedParameter("MultiAttachEnabled");
  if (input.KmsKeyId !== undefined && !input.Encrypted)
    throw ec2Error(
      "InvalidParameterDependency",
      "The parameter KmsKeyId requires the parameter Encrypted to be set.",
    );
}

function zoneOf({ AvailabilityZone, AvailabilityZoneId }: Request, context: Ec2Context): string {
  if (AvailabilityZone === undefined && AvailabilityZoneId === undefined)
    throw missingParameter("AvailabilityZone or AvailabilityZoneId");
  const found = zonesOf(context.region).find(
    ({ zoneName, zoneId }) =>
      zoneName === (AvailabilityZone ?? zoneName) && zoneId === (AvailabilityZoneId ?? zoneId),
  );
  if (!found) throw invalidZone((AvailabilityZone ?? AvailabilityZoneId)!);
  return found.zoneName;
}

function factsOf(input: Request, snapshot: SnapshotRecord | undefined, encrypts: boolean) {
  const sizeGiB = input.Size ?? snapshot?.sizeGiB;
  if (sizeGiB === undefined) throw missingParameter("size/snapshot");
  if (snapshot && sizeGiB < snapshot.sizeGiB)
    throw ec2Error(
      "InvalidParameterValue",
      `Volume of size ${sizeGiB}GB is smaller than snapshot '${snapshot.snapshotId}', expect size >= ${snapshot.sizeGiB}GB`,
    );
  return volumeFacts({
    sizeGiB,
    volumeType: input.VolumeType ?? "gp2",
    iops: input.Iops,
    throughput: input.Throughput,
    encrypted: encrypts || (input.Encrypted ?? snapshot?.encrypted ?? false),
    kmsKeyId: input.KmsKeyId,
    snapshotId: snapshot?.snapshotId,
  });
}
