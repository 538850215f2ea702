import type { KeyMetadata } from "@aws-sdk/client-kms";
import { dateOf } from "#runtime/date.ts";
import { specOf } from "./key-specs.ts";
import type { KeyRecord } from "./records.ts";

/** https://docs.aws.amazon.com/kms/latest/APIReference/API_KeyMetadata.html */
export function describeKey(key: KeyRecord): KeyMetadata {
  const { encryption, signing, mac } = specOf(key.spec);
  return {
    AWSAccountId: key.account,
    KeyId: key.keyId,
    Arn: key.arn,
    CreationDate: dateOf(key.createdMs),
    Enabled: stateOf(key) === "Enabled",
    Description: key.description,
    KeyUsage: key.usage,
    KeyState: stateOf(key),
    ...(key.deletionMs !== undefined && { DeletionDate: dateOf(key.deletionMs) }),
    Origin: "AWS_KMS",
    KeyManager: key.manager,
    CustomerMasterKeySpec: key.spec as KeyMetadata["CustomerMasterKeySpec"],
    KeySpec: key.spec,
    ...(key.usage === "ENCRYPT_DECRYPT" && { EncryptionAlgorithms: [...encryption] }),
    ...(key.usage === "SIGN_VERIFY" && { SigningAlgorithms: [...signing] }),
    ...(mac !== undefined && { MacAlgorithms: [mac] }),
    MultiRegion: key.multiRegion,
    ...(key.multiRegion && {
      MultiRegionConfiguration: {
        MultiRegionKeyType: "PRIMARY",
        PrimaryKey: { Arn: key.arn, Region: key.arn.split(":")[3] },
        ReplicaKeys: [],
      },
    }),
  };
}

function stateOf(key: KeyRecord): "Enabled" | "Disabled" | "PendingDeletion" {
  if (key.deletionMs !== undefined) return "PendingDeletion";
  return key.enabled ? "Enabled" : "Disabled";
}
