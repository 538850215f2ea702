import assert from "node:assert/strict";
import { createHash, createPublicKey, verify } from "node:crypto";
import { test } from "node:test";
import { createTestCloud } from "#cloud/testing/test-cloud.ts";
import { keySpecs, type KeySpec } from "./key-specs.ts";

function createKmsCloud() {
  const cloud = createTestCloud();
  return { ...cloud, kms: cloud.clients.kms(cloud.caller) };
}

const text = (value: string) => new TextEncoder().encode(value);

test("what a key encrypted it decrypts, with the same context only", async () => {
  const cloud = createKmsCloud();
  const { kms } = cloud;
  const { KeyMetadata } = await kms.CreateKey({ Description: "orders" });
  assert.match(KeyMetadata!.KeyId!, /^[0-9a-f-]{36}$/);
  assert.deepEqual(KeyMetadata!.EncryptionAlgorithms, ["SYMMETRIC_DEFAULT"]);
  await kms.CreateAlias({ AliasName: "alias/orders", TargetKeyId: KeyMetadata!.KeyId });
  const EncryptionContext = { order: "1", shop: "a" };
  const { CiphertextBlob, KeyId } = await kms.Encrypt({
    KeyId: "alias/orders",
    Plaintext: text("secret"),
    EncryptionContext,
  });
  assert.equal(KeyId, KeyMetadata!.Arn);
  const { Plaintext } = await kms.Decrypt({
    CiphertextBlob,
    EncryptionContext: { shop: "a", order: "1" },
  });
  assert.equal(Buffer.from(Plaintext!).toString(), "secret");
  const invalid = { code: "InvalidCiphertextException" };
  await assert.rejects(kms.Decrypt({ CiphertextBlob }), invalid);
  await assert.rejects(kms.Decrypt({}), {
    code: "ValidationException",
    message:
      "1 validation error detected: Value null at 'ciphertextBlob' failed to satisfy constraint: Member must not be null",
  });
  const changed = Uint8Array.from(CiphertextBlob!);
  changed[changed.length - 20]! ^= 1;
  await assert.rejects(kms.Decrypt({ CiphertextBlob: changed, EncryptionContext }), invalid);
  await assert.rejects(kms.Decrypt({ CiphertextBlob: text("nothing") }), invalid);
  const other = await kms.CreateKey({});
  await assert.rejects(
    kms.Decrypt({ CiphertextBlob, EncryptionContext, KeyId: other.KeyMetadata!.KeyId }),
    { code: "IncorrectKeyException" },
  );
  await cloud.stop();
});

test("a rotated key opens what it sealed before", async () => {
  const cloud = createKmsCloud();
  const { kms } = cloud;
  const { KeyMetadata } = await kms.CreateKey({});
  const KeyId = KeyMetadata!.KeyId!;
  const { CiphertextBlob } = await kms.Encrypt({ KeyId, Plaintext: text("old") });
  await kms.EnableKeyRotation({ KeyId, RotationPeriodInDays: 90 });
  await kms.RotateKeyOnDemand({ KeyId });
  await cloud.advance("91d");
  const { Rotations } = await kms.ListKeyRotations({ KeyId });
  assert.deepEqual(
    Rotations!.map(({ RotationType }) => RotationType),
    ["ON_DEMAND", "AUTOMATIC"],
  );
  const { Plaintext } = await kms.Decrypt({ CiphertextBlob });
  assert.equal(Buffer.from(Plaintext!).toString(), "old");
  await cloud.stop();
});

test("a key that is disabled or waits for its deletion does nothing, and goes when its time is over", async () => {
  const cloud = createKmsCloud();
  const { kms } = cloud;
  const { KeyMetadata } = await kms.CreateKey({});
  const { KeyId, Arn } = KeyMetadata!;
  const encrypt = () => kms.Encrypt({ KeyId, Plaintext: text("a") });
  await kms.DisableKey({ KeyId });
  await assert.rejects(encrypt(), { code: "DisabledException", message: `${Arn} is disabled.` });
  await kms.EnableKey({ KeyId });
  await kms.CreateAlias({ AliasName: "alias/gone", TargetKeyId: KeyId });
  const { DeletionDate, KeyState } = await kms.ScheduleKeyDeletion({
    KeyId,
    PendingWindowInDays: 7,
  });
  assert.equal(KeyState, "PendingDeletion");
  assert.equal(DeletionDate!.getTime(), cloud.clock.now() + 7 * 86_400_000);
  await assert.rejects(encrypt(), {
    code: "KMSInvalidStateException",
    message: `${Arn} is pending deletion.`,
  });
  await kms.CancelKeyDeletion({ KeyId });
  assert.equal((await kms.DescribeKey({ KeyId })).KeyMetadata!.KeyState, "Disabled");
  await kms.ScheduleKeyDeletion({ KeyId, PendingWindowInDays: 7 });
  await cloud.advance("8d");
  await assert.rejects(kms.DescribeKey({ KeyId }), {
    code: "NotFoundException",
    message: `Key '${Arn}' does not exist`,
  });
  const left = (await kms.ListAliases({})).Aliases!.filter(({ TargetKeyId }) => TargetKeyId);
  assert.deepEqual(left, []);
  await cloud.stop();
});

for (const [spec, { signing, usages }] of Object.entries(keySpecs) as [string, KeySpec][])
  if (usages.includes("SIGN_VERIFY") && spec !== "RSA_3072" && spec !== "RSA_4096")
    test(`${spec}: signatures of messages and of digests verify, here and with the public key elsewhere`, async () => {
      const cloud = createKmsCloud();
      const { kms } = cloud;
      const { KeyMetadata } = await kms.CreateKey({
        KeySpec: spec as "RSA_2048",
        KeyUsage: "SIGN_VERIFY",
      });
      const KeyId = KeyMetadata!.KeyId!;
      const Message = text("to be signed");
      for (const SigningAlgorithm of signing) {
        const raw = await kms.Sign({ KeyId, Message, SigningAlgorithm });
        const check = (Signature: Uint8Array, changes = {}) =>
          kms.Verify({ KeyId, Message, SigningAlgorithm, Signature, ...changes });
        assert.equal((await check(raw.Signature!)).SignatureValid, true);
        await assert.rejects(check(raw.Signature!, { Message: text("another") }), {
          code: "KMSInvalidSignatureException",
        });
        if (SigningAlgorithm === "ED25519_SHA_512") continue;
        const hashName = `sha${SigningAlgorithm.slice(-3)}`;
        const digest = createHash(hashName).update(Message).digest();
        const asDigest = { Message: digest, MessageType: "DIGEST" } as const;
        const hashed = await kms.Sign({ KeyId, SigningAlgorithm, ...asDigest });
        // Each way verifies what the other signed.
        assert.equal((await check(hashed.Signature!)).SignatureValid, true);
        assert.equal((await check(raw.Signature!, asDigest)).SignatureValid, true);
        await assert.rejects(check(new Uint8Array(hashed.Signature!.length), asDigest), {
          code: "KMSInvalidSignatureException",
        });
        if (SigningAlgorithm.startsWith("RSASSA_PSS")) continue;
        const { PublicKey } = await kms.GetPublicKey({ KeyId });
        const key = createPublicKey({ key: Buffer.from(PublicKey!), format: "der", type: "spki" });
        assert.ok(verify(hashName, Message, key, hashed.Signature!));
      }
      await cloud.stop();
    });

test("an RSA key encrypts as much as its padding leaves", async () => {
  const cloud = createKmsCloud();
  const { kms } = cloud;
  const { KeyMetadata } = await kms.CreateKey({
    KeySpec: "RSA_2048",
    KeyUsage: "ENCRYPT_DECRYPT",
  });
  const KeyId = KeyMetadata!.KeyId!;
  const EncryptionAlgorithm = "RSAES_OAEP_SHA_256";
  const { CiphertextBlob } = await kms.Encrypt({
    KeyId,
    Plaintext: new Uint8Array(190),
    EncryptionAlgorithm,
  });
  const { Plaintext } = await kms.Decrypt({ KeyId, CiphertextBlob, EncryptionAlgorithm });
  assert.equal(Plaintext!.length, 190);
  await assert.rejects(
    kms.Encrypt({ KeyId, Plaintext: new Uint8Array(191), EncryptionAlgorithm }),
    {
      code: "ValidationException",
      message:
        "Algorithm RSAES_OAEP_SHA_256 and key spec RSA_2048 cannot encrypt data larger than 190 bytes.",
    },
  );
  await cloud.stop();
});

test("data keys come plain and sealed, and the managed key of a service when it is first named", async () => {
  const cloud = createKmsCloud();
  const { kms } = cloud;
  const { Plaintext, CiphertextBlob } = await kms.GenerateDataKey({
    KeyId: "alias/aws/s3",
    KeySpec: "AES_256",
  });
  assert.equal(Plaintext!.length, 32);
  assert.deepEqual(
    Buffer.from((await kms.Decrypt({ CiphertextBlob })).Plaintext!),
    Buffer.from(Plaintext!),
  );
  const { KeyMetadata } = await kms.DescribeKey({ KeyId: "alias/aws/s3" });
  assert.equal(KeyMetadata!.KeyManager, "AWS");
  await assert.rejects(kms.GenerateDataKey({ KeyId: "alias/aws/s3" }), {
    code: "ValidationException",
  });
  await assert.rejects(kms.DescribeKey({ KeyId: "alias/none" }), {
    code: "NotFoundException",
    message: "Alias arn:aws:kms:us-east-1:123456789012:alias/none is not found.",
  });
  await cloud.stop();
});

test("a message authentication code verifies with its key and message", async () => {
  const cloud = createKmsCloud();
  const { kms } = cloud;
  const { KeyMetadata } = await kms.CreateKey({
    KeySpec: "HMAC_256",
    KeyUsage: "GENERATE_VERIFY_MAC",
  });
  const asked = {
    KeyId: KeyMetadata!.KeyId!,
    Message: text("hello"),
    MacAlgorithm: "HMAC_SHA_256",
  } as const;
  const { Mac } = await kms.GenerateMac(asked);
  assert.equal((await kms.VerifyMac({ ...asked, Mac })).MacValid, true);
  await assert.rejects(kms.VerifyMac({ ...asked, Mac, Message: text("hallo") }), {
    code: "KMSInvalidMacException",
  });
  await assert.rejects(kms.Encrypt({ KeyId: asked.KeyId, Plaintext: text("a") }), {
    code: "InvalidKeyUsageException",
  });
  await cloud.stop();
});

test("grants are made once by name, listed, and retired", async () => {
  const cloud = createKmsCloud();
  const { kms } = cloud;
  const { KeyMetadata } = await kms.CreateKey({});
  const KeyId = KeyMetadata!.KeyId!;
  const RetiringPrincipal = "arn:aws:iam::123456789012:role/retire";
  const wish = {
    KeyId,
    GranteePrincipal: "arn:aws:iam::123456789012:role/app",
    RetiringPrincipal,
    Operations: ["Decrypt" as const],
    Name: "app",
  };
  const { GrantId, GrantToken } = await kms.CreateGrant(wish);
  assert.equal((await kms.CreateGrant(wish)).GrantId, GrantId);
  assert.equal((await kms.ListGrants({ KeyId })).Grants!.length, 1);
  assert.equal((await kms.ListRetirableGrants({ RetiringPrincipal })).Grants![0]!.GrantId, GrantId);
  await kms.RetireGrant({ GrantToken });
  assert.deepEqual((await kms.ListGrants({ KeyId })).Grants, []);
  await cloud.stop();
});
