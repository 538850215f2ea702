import { zonesOf } from "#services/kit/facts/zones.ts";
import type { Ec2Context, Ec2Input, Ec2Operation } from "../../context.ts";
import { ec2Error, invalidZone, missingParameter, unsupportedParameter } from "../../errors.ts";
import { findByToken, rememberTokenForADay, tokenLifeMs } from "../../idempotency.ts";
import { newId } from "../../ids.ts";
import { bytesIdOf, usableSnapshot, type SnapshotRecord } from "../../images/records.ts";
import { tagsFor } from "../../tags.ts";
import { volumeFacts } from "../block-devices.ts";
import { describeVolume } from "../describe.ts";
import { encryptsByDefault, keyArn, usualKeyArn } from "../encryption-by-default.ts";
import { findVolume, volumes, type VolumeRecord } from "../records.ts";

type Request = Ec2Input<"CreateVolume">;

/** https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_CreateVolume.html */
export const createVolume: Ec2Operation<"CreateVolume"> = async (input, context) => {
  refuse(input);
  const zone = zoneOf(input, context);
  const named = input.KmsKeyId === undefined ? undefined : await keyArn(context, input.KmsKeyId);
  const usual = await usualKeyArn(context, input.Encrypted);
  // AWS finds out later that there is no such key, and the volume never comes to be.
  const lacksKey = input.KmsKeyId !== undefined && named === undefined;
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
      ...factsOf(input, snapshot, {
        encrypts: await encryptsByDefault(tx, context),
        named: named ?? input.KmsKeyId,
        usual,
      }),
      volumeId: newId(context.random, "vol"),
      zone,
      // An empty one has no bytes that would have to be made first.
      ...(from !== undefined && { state: "creating" as const, from }),
      ...(lacksKey && { state: "error" as const }),
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

function factsOf(
  input: Request,
  snapshot: SnapshotRecord | undefined,
  key: { encrypts: boolean; named: string | undefined; usual: string | undefined },
) {
  const encrypted = key.encrypts || (input.Encrypted ?? snapshot?.encrypted ?? false);
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
    encrypted,
    kmsKeyId: key.named ?? (encrypted ? (snapshot?.kmsKeyId ?? key.usual) : undefined),
    snapshotId: snapshot?.snapshotId,
  });
}
