import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { verify, X509Certificate } from "node:crypto";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { createSeededRandom } from "#runtime/random.ts";
import { createSigner, signatureOf, signedMessage } from "./sign.ts";

const document = '{\n  "instanceId" : "i-0123456789abcdef0"\n}';
const make = () => createSigner(createSeededRandom(1), "us-east-1", Date.UTC(2026, 0, 5));

test("the signature is the certificate's, which signs itself", async () => {
  const signer = await make();
  const certificate = new X509Certificate(signer.certificatePem);
  assert.equal(certificate.subject, "CN=Fogbank EC2 us-east-1");
  assert.ok(certificate.verify(certificate.publicKey));
  const signature = Buffer.from(signatureOf(document, signer), "base64");
  assert.ok(verify("sha256", Buffer.from(document), certificate.publicKey, signature));
  assert.ok(!verify("sha256", Buffer.from(`${document} `), certificate.publicKey, signature));
});

const openssl = spawnSync("openssl", ["version"]).status === 0;

test(
  "openssl verifies the message as AWS's guide does, and gives the document",
  { skip: !openssl && "there is no openssl on this host" },
  async () => {
    const signer = await make();
    const directory = mkdtempSync(join(tmpdir(), "identity-"));
    try {
      const message = signedMessage(document, signer);
      const file = (name: string, text: string) => {
        writeFileSync(join(directory, name), text);
        return join(directory, name);
      };
      const check = (body: string) =>
        spawnSync(
          "openssl",
          ["smime", "-verify", "-noverify", "-inform", "PEM", "-in"].concat(
            file("rsa2048", `-----BEGIN PKCS7-----\n${body}\n-----END PKCS7-----\n`),
            "-certfile",
            file("certificate", signer.certificatePem),
          ),
        );
      const { status, stdout, stderr } = check(message);
      assert.equal(status, 0, String(stderr));
      assert.equal(String(stdout), document);
      const forged = Buffer.from(message, "base64");
      forged[forged.indexOf("i-0123")] = "j".charCodeAt(0);
      assert.notEqual(
        check(
          forged
            .toString("base64")
            .match(/.{1,64}/g)!
            .join("\n"),
        ).status,
        0,
      );
    } finally {
      rmSync(directory, { recursive: true });
    }
  },
);
