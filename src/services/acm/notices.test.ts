import assert from "node:assert/strict";
import { generateKeyPairSync } from "node:crypto";
import { test } from "node:test";
import { createTestCloud } from "#cloud/testing/test-cloud.ts";
import { buildCertificate } from "./authority/build-certificate.ts";

const day = 86_400_000;

test("EventBridge is told of certificates that come, are about to end and are revoked", async (t) => {
  const cloud = createTestCloud();
  t.after(() => cloud.stop());
  const { clients, caller, clock } = cloud;
  const acm = clients.acm(caller);
  const sqs = clients.sqs(caller);
  const events = clients.events(caller);
  const { QueueUrl } = await sqs.CreateQueue({ QueueName: "told" });
  const { Attributes } = await sqs.GetQueueAttributes({ QueueUrl, AttributeNames: ["QueueArn"] });
  const Arn = Attributes!.QueueArn!;
  await events.PutRule({ Name: "acm", EventPattern: JSON.stringify({ source: ["aws.acm"] }) });
  await events.PutTargets({ Rule: "acm", Targets: [{ Id: "queue", Arn }] });
  await sqs.SetQueueAttributes({
    QueueUrl,
    Attributes: {
      Policy: JSON.stringify({
        Version: "2012-10-17",
        Statement: [
          {
            Effect: "Allow",
            Principal: { Service: "events.amazonaws.com" },
            Action: "sqs:SendMessage",
            Resource: Arn,
          },
        ],
      }),
    },
  });
  const told = async () => {
    const found: [string, Record<string, unknown>][] = [];
    for (;;) {
      const { Messages = [] } = await sqs.ReceiveMessage({ QueueUrl, MaxNumberOfMessages: 10 });
      if (Messages.length === 0) return found;
      for (const { Body, ReceiptHandle } of Messages) {
        const event = JSON.parse(Body!) as {
          "detail-type": string;
          detail: Record<string, unknown>;
        };
        found.push([event["detail-type"], event.detail]);
        await sqs.DeleteMessage({ QueueUrl, ReceiptHandle });
      }
    }
  };
  const request = { DomainName: "example.com", Options: { Export: "ENABLED" as const } };
  const { CertificateArn } = await acm.RequestCertificate(request);
  await cloud.advance("10s");
  const [[type, detail] = ["", {}], ...others] = await told();
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
  const names = (list: [string, Record<string, unknown>][]) =>
    list
      .map(
        ([name, of]) => `${name} ${String(of["Action"] ?? of["DaysToExpiry"] ?? of["Exportable"])}`,
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
