import assert from "node:assert/strict";
import { X509Certificate, createPrivateKey, generateKeyPairSync } from "node:crypto";
import { test } from "node:test";
import { createTestCloud } from "#cloud/testing/test-cloud.ts";
import { buildCertificate } from "../authority/build-certificate.ts";

const now = () => Date.UTC(2026, 0, 5);

function ownCertificate(options: { daysBefore?: number; days?: number } = {}) {
  const { daysBefore = 30, days = 3650 } = options;
  const { publicKey, privateKey } = generateKeyPairSync("ec", { namedCurve: "prime256v1" });
  const certificate = buildCertificate({
    serial: "4123",
    subject: [["CN", "shop.example.com"]],
    issuer: [["CN", "shop.example.com"]],
    notBeforeMs: now() - daysBefore * 86_400_000,
    notAfterMs: now() + days * 86_400_000,
    publicKey,
    issuerKey: privateKey,
    issuerPublicKey: publicKey,
    dnsNames: ["shop.example.com"],
  });
  const key = privateKey.export({ type: "pkcs8", format: "pem" });
  return { certificate: certificate.toString(), key };
}

const bytes = (text: string) => Buffer.from(text);

test("a requested certificate waits for validation and is then issued by Fogbank's root", async () => {
  const cloud = createTestCloud();
  const acm = cloud.clients.acm(cloud.caller);
  const { CertificateArn } = await acm.RequestCertificate({
    DomainName: "Example.com",
    SubjectAlternativeNames: ["*.example.com"],
    ValidationMethod: "DNS",
  });
  const pending = (await acm.DescribeCertificate({ CertificateArn })).Certificate!;
  assert.equal(pending.Status, "PENDING_VALIDATION");
  const [own, wildcard] = pending.DomainValidationOptions!;
  assert.equal(own!.ResourceRecord!.Type, "CNAME");
  assert.match(own!.ResourceRecord!.Name!, /^_[0-9a-f]{32}\.example\.com\.$/);
  assert.deepEqual(wildcard!.ResourceRecord, own!.ResourceRecord);
  await assert.rejects(acm.GetCertificate({ CertificateArn }), {
    code: "RequestInProgressException",
  });
  await cloud.advance("10s");
  const issued = (await acm.DescribeCertificate({ CertificateArn })).Certificate!;
  assert.equal(issued.Status, "ISSUED");
  assert.equal(issued.DomainValidationOptions![0]!.ValidationStatus, "SUCCESS");
  const { Certificate, CertificateChain } = await acm.GetCertificate({ CertificateArn });
  const leaf = new X509Certificate(Certificate!);
  const root = new X509Certificate(CertificateChain!);
  assert.ok(leaf.checkIssued(root) && leaf.verify(root.publicKey) && root.ca && !leaf.ca);
  assert.equal(leaf.checkHost("www.example.com"), "*.example.com");
  assert.equal(leaf.publicKey.asymmetricKeyDetails!.modulusLength, 2048);
  await cloud.stop();
});

test("the same token within an hour gives the same certificate", async () => {
  const cloud = createTestCloud();
  const acm = cloud.clients.acm(cloud.caller);
  const request = { DomainName: "example.com", IdempotencyToken: "once" };
  const first = await acm.RequestCertificate(request);
  assert.deepEqual(await acm.RequestCertificate(request), first);
  assert.notDeepEqual(await acm.RequestCertificate({ ...request, DomainName: "other.com" }), first);
  await cloud.advance("61m");
  assert.notDeepEqual(await acm.RequestCertificate(request), first);
  await cloud.stop();
});

test("an imported certificate is read and checked", async () => {
  const cloud = createTestCloud();
  const acm = cloud.clients.acm(cloud.caller);
  const { certificate, key } = ownCertificate();
  const { CertificateArn } = await acm.ImportCertificate({
    Certificate: bytes(certificate),
    PrivateKey: bytes(key),
    Tags: [{ Key: "Alone" }],
  });
  const shown = (await acm.DescribeCertificate({ CertificateArn })).Certificate!;
  assert.equal(shown.DomainName, "shop.example.com");
  assert.equal(shown.KeyAlgorithm, "EC_prime256v1");
  assert.equal(shown.SignatureAlgorithm, "SHA256WITHECDSA");
  assert.deepEqual(shown.KeyUsages, [{ Name: "DIGITAL_SIGNATURE" }, { Name: "KEY_ENCIPHERMENT" }]);
  assert.deepEqual((await acm.ListTagsForCertificate({ CertificateArn })).Tags, [{ Key: "Alone" }]);
  assert.equal((await acm.ListCertificates({})).CertificateSummaryList!.length, 0);
  const { CertificateSummaryList } = await acm.ListCertificates({
    Includes: { keyTypes: ["EC_prime256v1"] },
  });
  assert.equal(CertificateSummaryList![0]!.CertificateArn, CertificateArn);

  const other = ownCertificate();
  const wrong: [string, string, RegExp][] = [
    [certificate, other.key, /does not match/],
    ["nonsense", key, /not in a valid PEM format/],
    [
      "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n",
      key,
      /Unable to parse certificate/,
    ],
    [certificate + other.certificate, key, /more than one certificate/],
    [certificate, "nonsense", /private key is not supported/],
    [
      certificate,
      createPrivateKey(key).export({
        type: "pkcs8",
        format: "pem",
        cipher: "aes-256-cbc",
        passphrase: "secret",
      }),
      /encrypted/,
    ],
  ];
  for (const [Certificate, PrivateKey, message] of wrong)
    await assert.rejects(
      acm.ImportCertificate({ Certificate: bytes(Certificate), PrivateKey: bytes(PrivateKey) }),
      { code: "ValidationException", message },
    );
  await assert.rejects(
    acm.ImportCertificate({
      Certificate: bytes(certificate),
      PrivateKey: bytes(key),
      CertificateChain: bytes(other.certificate),
    }),
    { message: "Could not validate the certificate with the certificate chain." },
  );
  const old = ownCertificate({ daysBefore: 100, days: -50 });
  await assert.rejects(
    acm.ImportCertificate({ Certificate: bytes(old.certificate), PrivateKey: bytes(old.key) }),
    { message: "The certificate has expired." },
  );
  await cloud.stop();
});

test("a key leaves only where export was asked for, and renews once it has left", async () => {
  const cloud = createTestCloud();
  const acm = cloud.clients.acm(cloud.caller);
  const kept = await acm.RequestCertificate({ DomainName: "example.com" });
  const open = await acm.RequestCertificate({
    DomainName: "example.com",
    KeyAlgorithm: "EC_prime256v1",
    Options: { Export: "ENABLED" },
  });
  await cloud.advance("10s");
  const Passphrase = bytes("passphrase");
  await assert.rejects(acm.ExportCertificate({ ...kept, Passphrase } as never), {
    message: /is not a private certificate/,
  });
  const { CertificateArn } = open;
  const exported = await acm.ExportCertificate({ CertificateArn, Passphrase });
  const key = createPrivateKey({ key: exported.PrivateKey!, passphrase: "passphrase" });
  assert.ok(new X509Certificate(exported.Certificate!).checkPrivateKey(key));
  await acm.RenewCertificate({ CertificateArn });
  await cloud.advance("1s");
  const renewed = (await acm.DescribeCertificate({ CertificateArn })).Certificate!;
  assert.equal(renewed.RenewalSummary!.RenewalStatus, "SUCCESS");
  assert.notEqual((await acm.GetCertificate({ CertificateArn })).Certificate, exported.Certificate);
  await assert.rejects(acm.RenewCertificate(kept as { CertificateArn: string }), {
    message: /not eligible/,
  });
  await cloud.stop();
});

test("a certificate expires at its end", async () => {
  const cloud = createTestCloud();
  const acm = cloud.clients.acm(cloud.caller);
  const { certificate, key } = ownCertificate({ days: 2 });
  const { CertificateArn } = await acm.ImportCertificate({
    Certificate: bytes(certificate),
    PrivateKey: bytes(key),
  });
  const stateOf = async () =>
    (await acm.DescribeCertificate({ CertificateArn })).Certificate!.Status;
  const { NotAfter } = (await acm.DescribeCertificate({ CertificateArn })).Certificate!;
  await cloud.advance("1d");
  assert.equal(await stateOf(), "ISSUED");
  await cloud.advance(`${Math.ceil((NotAfter!.getTime() - cloud.clock.now()) / 1000)}s`);
  assert.equal(await stateOf(), "EXPIRED");
  await acm.DeleteCertificate({ CertificateArn });
  await assert.rejects(acm.DescribeCertificate({ CertificateArn }), {
    code: "ResourceNotFoundException",
  });
  await cloud.stop();
});

test("a token used again within an hour changes nothing in the account's configuration", async () => {
  const cloud = createTestCloud();
  const acm = cloud.clients.acm(cloud.caller);
  const put = (DaysBeforeExpiry: number, IdempotencyToken: string) =>
    acm.PutAccountConfiguration({ ExpiryEvents: { DaysBeforeExpiry }, IdempotencyToken });
  const days = async () => (await acm.GetAccountConfiguration({})).ExpiryEvents!.DaysBeforeExpiry;
  assert.equal(await days(), 45);
  await put(30, "first");
  await put(20, "second");
  await put(60, "first");
  assert.equal(await days(), 20);
  await cloud.advance("1h");
  await put(60, "first");
  assert.equal(await days(), 60);
  await cloud.stop();
});

test("too many tags are refused, whether one request brings them or several", async () => {
  const cloud = createTestCloud();
  const acm = cloud.clients.acm(cloud.caller);
  const { CertificateArn } = await acm.RequestCertificate({ DomainName: "example.com" });
  const tags = (count: number, prefix: string) =>
    Array.from({ length: count }, (_, index) => ({ Key: `${prefix}${index}`, Value: "x" }));
  const tooMany = { code: "TooManyTagsException", message: /^the TagSet: .* too many Tags$/ };
  await assert.rejects(acm.AddTagsToCertificate({ CertificateArn, Tags: tags(51, "a") }), tooMany);
  await acm.AddTagsToCertificate({ CertificateArn, Tags: tags(49, "a") });
  await assert.rejects(acm.AddTagsToCertificate({ CertificateArn, Tags: tags(2, "b") }), tooMany);
  assert.equal((await acm.ListTagsForCertificate({ CertificateArn })).Tags!.length, 49);
  await cloud.stop();
});
