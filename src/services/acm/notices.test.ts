import assert from "node:assert/strict";
import { generateKeyPairSync } from "node:crypto";
import { test } from "node:test";
import { hearEvents, type HeardEvent } from "#cloud/testing/hear-events.ts";
import { createTestCloud } from "#cloud/testing/test-cloud.ts";
import { buildCertificate } from "./authority/build-certificate.ts";

const day = 86_400_000;

test("EventBridge is told of certificates that come, are about to end and are revoked", async (t) => {
  const cloud = createTestCloud();
  t.after(() => cloud.stop());
  const { clients, caller, clock } = cloud;
  const acm = clients.acm(caller);
  const told = await hearEvents(cloud, { source: ["aws.acm"] });
  const request = { DomainName: "example.com", Options: { Export: "ENABLED" as const } };
  const { CertificateArn } = await acm.RequestCertificate(request);
  await cloud.advance("10s");
  const [event, ...others] = await told();
  const { "detail-type": type, detail } = event!;
  assert.deepEqual([type, others], ["ACM Certificate Available", []]);
  assert.deepEqual(
    [detail["Action"], detail["CommonName"], detail["DomainValidationMethod"], detail["InUse"]],
    ["ISSUANCE", "example.com", "EMAIL", false],
  );
  assert.match(String(detail["CertificateExpirationDate"]), /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/);
  await acm.ExportCertificate({ CertificateArn, Passphrase: Buffer.from("passphrase") });
  await acm.RevokeCertificate({ CertificateArn, RevocationReason: "SUPERSEDED" });
  const { publicKey, privateKey } = generateKeyPairSync("ec", { namedCurve: "prime256v1" });
  const certificate = buildCertificate({
    serial: "4123",
    subject: [["CN", "shop.example.com"]],
    issuer: [["CN", "shop.example.com"]],
    notBeforeMs: clock.now() - day,
    notAfterMs: clock.now() + 2.2 * day,
    publicKey,
    issuerKey: privateKey,
    issuerPublicKey: publicKey,
    dnsNames: ["shop.example.com"],
  });
  await acm.PutAccountConfiguration({
    ExpiryEvents: { DaysBeforeExpiry: 2 },
    IdempotencyToken: "once",
  });
  await acm.ImportCertificate({
    Certificate: Buffer.from(certificate.toString()),
    PrivateKey: Buffer.from(privateKey.export({ type: "pkcs8", format: "pem" })),
  });
  await cloud.advance("1s");
  const names = (list: HeardEvent[]) =>
    list
      .map(
        ({ "detail-type": name, detail: of }) =>
          `${name} ${String(of["Action"] ?? of["DaysToExpiry"] ?? of["Exportable"])}`,
      )
      .sort();
  assert.deepEqual(names(await told()), [
    "ACM Certificate Available IMPORT",
    "ACM Certificate Revoked true",
  ]);
  await cloud.advance("36h");
  assert.deepEqual(names(await told()), [
    "ACM Certificate Approaching Expiration 1",
    "ACM Certificate Approaching Expiration 2",
  ]);
});
