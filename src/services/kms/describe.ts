import type { KeyMetadata } from "@aws-sdk/client-kms";
import { dateOf } from "#runtime/date.ts";
import { specOf } from "./key-specs.ts";
import { arnIn, isReplica, regionOf } from "./multi-region.ts";
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
    Origin: key.origin ?? "AWS_KMS",
    ...(key.origin === "EXTERNAL" &&
      key.material.length > 0 && {
        ExpirationModel:
          key.materialExpiresMs === undefined
            ? "KEY_MATERIAL_DOES_NOT_EXPIRE"
            : "KEY_MATERIAL_EXPIRES",
        ...(key.materialExpiresMs !== undefined && { ValidTo: dateOf(key.materialExpiresMs) }),
        CurrentKeyMaterialId: key.materialId,
      }),
    ...(key.deletionWaitsDays !== undefined && {
      PendingDeletionWindowInDays: key.deletionWaitsDays,
    }),
    KeyManager: key.manager,
    CustomerMasterKeySpec: key.spec as KeyMetadata["CustomerMasterKeySpec"],
    KeySpec: key.spec,
    ...(key.usage === "ENCRYPT_DECRYPT" && { EncryptionAlgorithms: [...encryption] }),
    ...(key.usage === "SIGN_VERIFY" && { SigningAlgorithms: [...signing] }),
    ...(key.usage === "KEY_AGREEMENT" && { KeyAgreementAlgorithms: ["ECDH"] }),
    ...(mac !== undefined && { MacAlgorithms: [mac] }),
    MultiRegion: key.multiRegion,
    ...(key.multiRegion && { MultiRegionConfiguration: configurationOf(key) }),
  };
}

function configurationOf(key: KeyRecord) {
  const { primary, replicas } = key.regions ?? { primary: regionOf(key), replicas: [] };
  const place = (region: string) => ({ Arn: arnIn(key, region), Region: region });
  return {
    MultiRegionKeyType: isReplica(key) ? ("REPLICA" as const) : ("PRIMARY" as const),
    PrimaryKey: place(primary),
    ReplicaKeys: replicas.map(place),
  };
}

function stateOf(key: KeyRecord): NonNullable<KeyMetadata["KeyState"]> {
  if (key.deletionWaitsDays !== undefined) return "PendingReplicaDeletion";
  if (key.deletionMs !== undefined) return "PendingDeletion";
  if (key.material.length === 0) return "PendingImport";
  return key.enabled ? "Enabled" : "Disabled";
}
