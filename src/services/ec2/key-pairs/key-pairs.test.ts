import assert from "node:assert/strict";
import { createHash, createPrivateKey, createPublicKey } from "node:crypto";
import { test } from "node:test";
import { createEc2Cloud } from "../testing/ec2-cloud.ts";

test("an RSA key pair's private half is handed out once and bears AWS's fingerprint", async () => {
  const cloud = createEc2Cloud();
  const pair = await cloud.ec2.CreateKeyPair({ KeyName: "mine" });
  assert.match(pair.KeyMaterial!, /^-----BEGIN RSA PRIVATE KEY-----\n/);
  const der = createPrivateKey(pair.KeyMaterial!).export({ type: "pkcs8", format: "der" });
  const sha1 = createHash("sha1").update(der).digest("hex");
  assert.equal(pair.KeyFingerprint!.replaceAll(":", ""), sha1);
  await assert.rejects(cloud.ec2.CreateKeyPair({ KeyName: "mine" }), {
    code: "InvalidKeyPair.Duplicate",
    message: "The key pair 'mine' already exists",
  });
  await cloud.stop();
});

test("an Ed25519 key pair comes in OpenSSH's own form, its public key under the fingerprint", async () => {
  const cloud = createEc2Cloud();
  const pair = await cloud.ec2.CreateKeyPair({ KeyName: "mine", KeyType: "ed25519" });
  assert.match(pair.KeyMaterial!, /^-----BEGIN OPENSSH PRIVATE KEY-----\n/);
  const { KeyPairs } = await cloud.ec2.DescribeKeyPairs({ IncludePublicKey: true });
  const [shown] = KeyPairs!;
  const blob = Buffer.from(shown!.PublicKey!.split(" ")[1]!, "base64");
  assert.equal(shown!.KeyFingerprint, createHash("sha256").update(blob).digest("base64"));
  const body = Buffer.from(pair.KeyMaterial!.split("\n").slice(1, -1).join(""), "base64");
  assert.equal(body.subarray(0, 15).toString(), "openssh-key-v1\0");
  assert.ok(body.includes(blob));
  await cloud.stop();
});

test("key pairs are told in the order in which they were made", async () => {
  const cloud = createEc2Cloud();
  for (const KeyName of ["later", "earlier"]) {
    await cloud.ec2.CreateKeyPair({ KeyName, KeyType: "ed25519" });
    await cloud.advance("1s");
  }
  const { KeyPairs } = await cloud.ec2.DescribeKeyPairs({});
  assert.deepEqual(
    KeyPairs!.map(({ KeyName }) => KeyName),
    ["later", "earlier"],
  );
  await cloud.stop();
});

test("an imported key keeps its public half; its fingerprint is the MD5 of its DER form", async () => {
  const cloud = createEc2Cloud();
  const made = await cloud.ec2.CreateKeyPair({ KeyName: "made" });
  const { KeyPairs } = await cloud.ec2.DescribeKeyPairs({
    KeyNames: ["made"],
    IncludePublicKey: true,
  });
  const line = KeyPairs![0]!.PublicKey!;
  const imported = await cloud.ec2.ImportKeyPair({
    KeyName: "imported",
    PublicKeyMaterial: Buffer.from(line),
  });
  const der = createPublicKey(made.KeyMaterial!).export({ type: "spki", format: "der" });
  const md5 = createHash("md5").update(der).digest("hex");
  assert.equal(imported.KeyFingerprint!.replaceAll(":", ""), md5);
  await assert.rejects(
    cloud.ec2.ImportKeyPair({ KeyName: "bad", PublicKeyMaterial: Buffer.from("nonsense") }),
    { code: "InvalidKey.Format", message: "Key is not in valid OpenSSH public key format" },
  );
  await cloud.ec2.DeleteKeyPair({ KeyName: "made" });
  await cloud.ec2.DeleteKeyPair({ KeyName: "made" });
  await assert.rejects(cloud.ec2.DescribeKeyPairs({ KeyNames: ["made"] }), {
    code: "InvalidKeyPair.NotFound",
  });
  await cloud.stop();
});
