import assert from "node:assert/strict";
import {
  createHash,
  createHmac,
  createPrivateKey,
  createPublicKey,
  sign,
  verify,
} from "node:crypto";
import { test } from "node:test";
import { createEc2Cloud } from "../testing/ec2-cloud.ts";
import { field, readFields } from "./ssh-fields.ts";

/** The parts of a key file in PuTTY's form, its checksum verified. */
function readPpk(text: string) {
  const lines = text.split("\r\n");
  const value = (name: string) =>
    lines.find((line) => line.startsWith(`${name}: `))!.slice(name.length + 2);
  const blob = (name: string) => {
    const at = lines.findIndex((line) => line.startsWith(`${name}-Lines: `));
    const count = Number(value(`${name}-Lines`));
    return Buffer.from(lines.slice(at + 1, at + 1 + count).join(""), "base64");
  };
  const algorithm = value("PuTTY-User-Key-File-2");
  const parts = [algorithm, value("Encryption"), value("Comment"), blob("Public"), blob("Private")];
  const key = createHash("sha1").update("putty-private-key-file-mac-key").digest();
  const mac = createHmac("sha1", key)
    .update(Buffer.concat(parts.map((part) => field(part))))
    .digest("hex");
  assert.equal(value("Private-MAC"), mac);
  return {
    algorithm,
    comment: value("Comment"),
    publicFields: readFields(blob("Public")),
    privateFields: readFields(blob("Private")),
  };
}

const url = (bytes: Buffer) => (bytes[0] === 0 ? bytes.subarray(1) : bytes).toString("base64url");

test("an RSA key in PuTTY's form is the key whose public half EC2 keeps", async () => {
  const cloud = createEc2Cloud();
  const { KeyMaterial } = await cloud.ec2.CreateKeyPair({ KeyName: "putty", KeyFormat: "ppk" });
  const ppk = readPpk(KeyMaterial!);
  assert.deepEqual([ppk.algorithm, ppk.comment], ["ssh-rsa", "putty"]);
  const [, e, n] = ppk.publicFields.map(url) as [string, string, string];
  const [d, p, q, qi] = ppk.privateFields.map(url) as [string, string, string, string];
  const big = (text: string) => BigInt(`0x${Buffer.from(text, "base64url").toString("hex")}`);
  const part = (prime: string) => {
    const text = (big(d) % (big(prime) - 1n)).toString(16);
    return Buffer.from(text.padStart(text.length + (text.length % 2), "0"), "hex").toString(
      "base64url",
    );
  };
  const jwk = { kty: "RSA", e, n, d, p, q, qi, dp: part(p), dq: part(q) };
  const signature = sign("sha256", Buffer.from("x"), createPrivateKey({ key: jwk, format: "jwk" }));
  const { KeyPairs } = await cloud.ec2.DescribeKeyPairs({
    KeyNames: ["putty"],
    IncludePublicKey: true,
  });
  const [, , modulus] = readFields(Buffer.from(KeyPairs![0]!.PublicKey!.split(" ")[1]!, "base64"));
  const kept = createPublicKey({ key: { kty: "RSA", e, n: url(modulus!) }, format: "jwk" });
  assert.ok(verify("sha256", Buffer.from("x"), kept, signature));
  await cloud.stop();
});

test("an Ed25519 key in PuTTY's form holds its seed", async () => {
  const cloud = createEc2Cloud();
  const { KeyMaterial } = await cloud.ec2.CreateKeyPair({
    KeyName: "putty",
    KeyType: "ed25519",
    KeyFormat: "ppk",
  });
  const { algorithm, publicFields, privateFields } = readPpk(KeyMaterial!);
  assert.equal(algorithm, "ssh-ed25519");
  const jwk = {
    kty: "OKP",
    crv: "Ed25519",
    d: privateFields[0]!.toString("base64url"),
    x: publicFields[1]!.toString("base64url"),
  };
  const key = createPrivateKey({ key: jwk, format: "jwk" });
  const signature = sign(null, Buffer.from("x"), key);
  assert.ok(verify(null, Buffer.from("x"), createPublicKey(key), signature));
  await cloud.stop();
});
