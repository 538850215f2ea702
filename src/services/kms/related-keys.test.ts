import assert from "node:assert/strict";
import {
  constants,
  createCipheriv,
  createECDH,
  createPublicKey,
  generateKeyPairSync,
  publicEncrypt,
} from "node:crypto";
import { test } from "node:test";
import { createTestCloud, type TestCloud } from "#cloud/testing/test-cloud.ts";

function kmsOf(cloud: TestCloud, region = "us-east-1") {
  return cloud.clients.kms({ ...cloud.caller, region });
}

test("what one Region encrypts its replica decrypts, also after a rotation", async () => {
  const cloud = createTestCloud();
  const [here, there] = [kmsOf(cloud), kmsOf(cloud, "eu-west-1")];
  const { KeyMetadata: made } = await here.CreateKey({ MultiRegion: true });
  const KeyId = made!.KeyId!;
  const { ReplicaKeyMetadata: replica } = await here.ReplicateKey({
    KeyId,
    ReplicaRegion: "eu-west-1",
  });
  assert.deepEqual(replica!.MultiRegionConfiguration, {
    MultiRegionKeyType: "REPLICA",
    PrimaryKey: { Arn: made!.Arn, Region: "us-east-1" },
    ReplicaKeys: [{ Arn: made!.Arn!.replace("us-east-1", "eu-west-1"), Region: "eu-west-1" }],
  });
  const opened = async () => {
    const { CiphertextBlob } = await here.Encrypt({ KeyId, Plaintext: Buffer.from("hello") });
    const { Plaintext, KeyId: by } = await there.Decrypt({ CiphertextBlob });
    return [Buffer.from(Plaintext!).toString(), by];
  };
  assert.deepEqual(await opened(), ["hello", replica!.Arn]);
  await assert.rejects(there.EnableKeyRotation({ KeyId }), {
    code: "UnsupportedOperationException",
  });
  await here.RotateKeyOnDemand({ KeyId });
  await here.EnableKeyRotation({ KeyId, RotationPeriodInDays: 90 });
  await cloud.advance("91d");
  assert.deepEqual(await opened(), ["hello", replica!.Arn]);
  assert.equal((await there.ListKeyRotations({ KeyId })).Rotations!.length, 2);

  await here.UpdatePrimaryRegion({ KeyId, PrimaryRegion: "eu-west-1" });
  const { KeyMetadata: now } = await here.DescribeKey({ KeyId });
  assert.equal(now!.MultiRegionConfiguration!.MultiRegionKeyType, "REPLICA");
  assert.equal((await there.GetKeyRotationStatus({ KeyId })).KeyRotationEnabled, true);

  const scheduled = await there.ScheduleKeyDeletion({ KeyId, PendingWindowInDays: 7 });
  assert.deepEqual(
    [scheduled.KeyState, scheduled.DeletionDate],
    ["PendingReplicaDeletion", undefined],
  );
  await here.ScheduleKeyDeletion({ KeyId, PendingWindowInDays: 7 });
  await cloud.advance("7d");
  await assert.rejects(here.DescribeKey({ KeyId }), { code: "NotFoundException" });
  assert.equal((await there.DescribeKey({ KeyId })).KeyMetadata!.KeyState, "PendingDeletion");
  await cloud.advance("7d");
  await assert.rejects(there.DescribeKey({ KeyId }), { code: "NotFoundException" });
  await cloud.stop();
});

test("imported material encrypts until it expires, and only the same comes back", async () => {
  const cloud = createTestCloud();
  const kms = kmsOf(cloud);
  const { KeyMetadata: made } = await kms.CreateKey({ Origin: "EXTERNAL" });
  const KeyId = made!.KeyId!;
  assert.equal(made!.KeyState, "PendingImport");
  await assert.rejects(kms.Encrypt({ KeyId, Plaintext: Buffer.from("x") }), {
    code: "KMSInvalidStateException",
  });
  const material = Buffer.alloc(32, 7);
  const bring = async (bytes: Buffer, days: number) => {
    const { PublicKey, ImportToken } = await kms.GetParametersForImport({
      KeyId,
      WrappingAlgorithm: "RSAES_OAEP_SHA_256",
      WrappingKeySpec: "RSA_2048",
    });
    const key = createPublicKey({ key: Buffer.from(PublicKey!), format: "der", type: "spki" });
    const padding = constants.RSA_PKCS1_OAEP_PADDING;
    return kms.ImportKeyMaterial({
      KeyId,
      ImportToken,
      EncryptedKeyMaterial: publicEncrypt({ key, padding, oaepHash: "sha256" }, bytes),
      ValidTo: new Date(cloud.clock.now() + days * 86_400_000),
    });
  };
  await bring(material, 1);
  const { CiphertextBlob } = await kms.Encrypt({ KeyId, Plaintext: Buffer.from("secret") });
  await cloud.advance("25h");
  assert.equal((await kms.DescribeKey({ KeyId })).KeyMetadata!.KeyState, "PendingImport");
  await assert.rejects(bring(Buffer.alloc(32, 8), 1), { code: "IncorrectKeyMaterialException" });
  await bring(material, 30);
  const { Plaintext } = await kms.Decrypt({ CiphertextBlob });
  assert.equal(Buffer.from(Plaintext!).toString(), "secret");
  await kms.DeleteImportedKeyMaterial({ KeyId });
  await assert.rejects(kms.Decrypt({ CiphertextBlob }), { code: "KMSInvalidStateException" });
  await assert.rejects(
    kms.ImportKeyMaterial({
      KeyId,
      ImportToken: Buffer.alloc(128),
      EncryptedKeyMaterial: Buffer.alloc(256),
      ExpirationModel: "KEY_MATERIAL_DOES_NOT_EXPIRE",
    }),
    { code: "InvalidImportTokenException" },
  );
  await cloud.stop();
});

test("a private RSA key is imported under a key of its own", async () => {
  const cloud = createTestCloud();
  const kms = kmsOf(cloud);
  const { KeyMetadata: made } = await kms.CreateKey({
    Origin: "EXTERNAL",
    KeySpec: "RSA_2048",
    KeyUsage: "SIGN_VERIFY",
  });
  const KeyId = made!.KeyId!;
  const pair = generateKeyPairSync("rsa", { modulusLength: 2048 });
  const { PublicKey, ImportToken } = await kms.GetParametersForImport({
    KeyId,
    WrappingAlgorithm: "RSA_AES_KEY_WRAP_SHA_256",
    WrappingKeySpec: "RSA_2048",
  });
  const wrapping = createPublicKey({ key: Buffer.from(PublicKey!), format: "der", type: "spki" });
  const aes = Buffer.alloc(32, 5);
  const cipher = createCipheriv("id-aes256-wrap-pad", aes, Buffer.from("A65959A6", "hex"));
  const der = pair.privateKey.export({ format: "der", type: "pkcs8" });
  const padding = constants.RSA_PKCS1_OAEP_PADDING;
  await kms.ImportKeyMaterial({
    KeyId,
    ImportToken,
    EncryptedKeyMaterial: Buffer.concat([
      publicEncrypt({ key: wrapping, padding, oaepHash: "sha256" }, aes),
      cipher.update(der),
      cipher.final(),
    ]),
    ExpirationModel: "KEY_MATERIAL_DOES_NOT_EXPIRE",
  });
  const { PublicKey: found } = await kms.GetPublicKey({ KeyId });
  assert.ok(pair.publicKey.export({ format: "der", type: "spki" }).equals(Buffer.from(found!)));
  await cloud.stop();
});

test("two sides derive one secret", async () => {
  const cloud = createTestCloud();
  const kms = kmsOf(cloud);
  const { KeyMetadata: made } = await kms.CreateKey({
    KeySpec: "ECC_NIST_P256",
    KeyUsage: "KEY_AGREEMENT",
  });
  assert.deepEqual(made!.KeyAgreementAlgorithms, ["ECDH"]);
  const KeyId = made!.KeyId!;
  const { PublicKey: theirs } = await kms.GetPublicKey({ KeyId });
  const mine = generateKeyPairSync("ec", { namedCurve: "P-256" });
  const { SharedSecret } = await kms.DeriveSharedSecret({
    KeyId,
    KeyAgreementAlgorithm: "ECDH",
    PublicKey: mine.publicKey.export({ format: "der", type: "spki" }),
  });
  const side = createECDH("prime256v1");
  side.setPrivateKey(Buffer.from(mine.privateKey.export({ format: "jwk" }).d!, "base64url"));
  // The last 65 bytes of the DER are the point.
  assert.ok(
    side.computeSecret(Buffer.from(theirs!).subarray(-65)).equals(Buffer.from(SharedSecret!)),
  );
  const other = generateKeyPairSync("ec", { namedCurve: "P-384" });
  await assert.rejects(
    kms.DeriveSharedSecret({
      KeyId,
      KeyAgreementAlgorithm: "ECDH",
      PublicKey: other.publicKey.export({ format: "der", type: "spki" }),
    }),
    { code: "ValidationException" },
  );
  await cloud.stop();
});
