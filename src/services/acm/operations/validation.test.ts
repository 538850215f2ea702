import assert from "node:assert/strict";
import { test, type TestContext } from "node:test";
import { createTestCloud } from "#cloud/testing/test-cloud.ts";

function acmCloud(t: TestContext) {
  const cloud = createTestCloud();
  t.after(() => cloud.stop());
  const acm = cloud.clients.acm(cloud.caller);
  const route53 = cloud.clients.route53(cloud.caller);
  const describe = async (CertificateArn: string | undefined) =>
    (await acm.DescribeCertificate({ CertificateArn })).Certificate!;
  const record = (
    HostedZoneId: string,
    { Name, Value }: { Name: string | undefined; Value: string | undefined },
    Action: "UPSERT" | "DELETE",
  ) => {
    const ResourceRecords = [{ Value }];
    const ResourceRecordSet = { Name, Type: "CNAME" as const, TTL: 300, ResourceRecords };
    const ChangeBatch = { Changes: [{ Action, ResourceRecordSet }] };
    return route53.ChangeResourceRecordSets({ HostedZoneId, ChangeBatch });
  };
  return {
    cloud,
    acm,
    route53,
    describe,
    zone: async (Name: string) => {
      const CallerReference = Name;
      const { HostedZone } = await route53.CreateHostedZone({ Name, CallerReference });
      return HostedZone!.Id!.replace("/hostedzone/", "");
    },
    record,
    answer: async (arn: string | undefined, zoneId: string, action: "UPSERT" | "DELETE") => {
      const { DomainValidationOptions } = await describe(arn);
      await record(zoneId, DomainValidationOptions![0]!.ResourceRecord!, action);
    },
  };
}

test("a domain of a hosted zone is validated by the record in it, and by nothing else", async (t) => {
  const { cloud, acm, describe, zone, record } = acmCloud(t);
  await zone("example.com");
  const shop = await zone("shop.example.com");
  const { CertificateArn } = await acm.RequestCertificate({
    DomainName: "shop.example.com",
    SubjectAlternativeNames: ["*.shop.example.com", "elsewhere.org"],
    ValidationMethod: "DNS",
  });
  await cloud.advance("1h");
  const pending = await describe(CertificateArn);
  assert.equal(pending.Status, "PENDING_VALIDATION");
  assert.deepEqual(
    pending.DomainValidationOptions!.map(({ ValidationStatus }) => ValidationStatus),
    ["PENDING_VALIDATION", "PENDING_VALIDATION", "SUCCESS"],
  );
  await record(shop, pending.DomainValidationOptions![0]!.ResourceRecord!, "UPSERT");
  await cloud.advance("15m");
  assert.equal((await describe(CertificateArn)).Status, "ISSUED");
});

test("what is not validated within three days times out", async (t) => {
  const { cloud, acm, describe, zone } = acmCloud(t);
  await zone("example.com");
  const request = { DomainName: "www.example.com", ValidationMethod: "DNS" as const };
  const { CertificateArn } = await acm.RequestCertificate(request);
  await cloud.advance("73h");
  const { Status, DomainValidationOptions } = await describe(CertificateArn);
  assert.equal(Status, "VALIDATION_TIMED_OUT");
  assert.equal(DomainValidationOptions![0]!.ValidationStatus, "FAILED");
  const { CertificateSummaryList } = await acm.ListCertificates({
    CertificateStatuses: ["VALIDATION_TIMED_OUT"],
  });
  assert.equal(CertificateSummaryList!.length, 1);
});

test("a renewal waits for the record that is gone, and goes on when it is there again", async (t) => {
  const { cloud, acm, describe, zone, answer } = acmCloud(t);
  const example = await zone("example.com");
  const { CertificateArn } = await acm.RequestCertificate({
    DomainName: "example.com",
    ValidationMethod: "DNS",
    Options: { Export: "ENABLED" },
  });
  await answer(CertificateArn, example, "UPSERT");
  await cloud.advance("10s");
  await acm.ExportCertificate({ CertificateArn, Passphrase: Buffer.from("passphrase") });
  await answer(CertificateArn, example, "DELETE");
  const before = await describe(CertificateArn);
  await acm.RenewCertificate({ CertificateArn });
  await cloud.advance("1d");
  const waiting = await describe(CertificateArn);
  assert.equal(waiting.RenewalSummary!.RenewalStatus, "PENDING_VALIDATION");
  const stateOf = (list: typeof waiting.DomainValidationOptions) => list![0]!.ValidationStatus;
  assert.equal(stateOf(waiting.RenewalSummary!.DomainValidationOptions), "PENDING_VALIDATION");
  assert.equal(stateOf(waiting.DomainValidationOptions), "SUCCESS");
  await answer(CertificateArn, example, "UPSERT");
  await cloud.advance("1h");
  const renewed = await describe(CertificateArn);
  assert.equal(renewed.RenewalSummary!.RenewalStatus, "SUCCESS");
  assert.notEqual(renewed.Serial, before.Serial);
});

test("only what was exported can be revoked, and for good", async (t) => {
  const { cloud, acm, describe } = acmCloud(t);
  const { CertificateArn } = await acm.RequestCertificate({
    DomainName: "example.com",
    Options: { Export: "ENABLED" },
  });
  await cloud.advance("10s");
  const RevocationReason = "SUPERSEDED" as const;
  await assert.rejects(acm.RevokeCertificate({ CertificateArn, RevocationReason }), {
    code: "ValidationException",
    message: /was never exported/,
  });
  await acm.ExportCertificate({ CertificateArn, Passphrase: Buffer.from("passphrase") });
  assert.deepEqual(await acm.RevokeCertificate({ CertificateArn, RevocationReason }), {
    CertificateArn,
  });
  const revoked = await describe(CertificateArn);
  assert.deepEqual(
    [revoked.Status, revoked.RevocationReason, revoked.RevokedAt!.getTime()],
    ["REVOKED", RevocationReason, cloud.clock.now()],
  );
  await assert.rejects(acm.RenewCertificate({ CertificateArn }), { message: /not eligible/ });
});

test("certificates are searched by what they are and by what became of them", async (t) => {
  const { cloud, acm } = acmCloud(t);
  for (const DomainName of ["b.example.com", "a.example.com", "example.org"])
    await acm.RequestCertificate({
      DomainName,
      KeyAlgorithm: DomainName === "example.org" ? "EC_prime256v1" : "RSA_2048",
    });
  await cloud.advance("10s");
  const { CertificateArn } = await acm.RequestCertificate({ DomainName: "late.example.com" });
  type Statement = Parameters<typeof acm.SearchCertificates>[0]["FilterStatement"];
  const search = async (FilterStatement?: Statement) => {
    const { Results } = await acm.SearchCertificates({
      FilterStatement,
      SortBy: "COMMON_NAME",
      SortOrder: "DESCENDING",
    });
    return Results!.map(({ X509Attributes }) => X509Attributes!.Subject!.CommonName);
  };
  const issued: Statement = { Filter: { AcmCertificateMetadataFilter: { Status: "ISSUED" } } };
  const within: Statement = {
    Filter: {
      X509AttributeFilter: {
        SubjectAlternativeName: {
          DnsName: { Value: "example.com", ComparisonOperator: "CONTAINS" },
        },
      },
    },
  };
  const all = ["late.example.com", "example.org", "b.example.com", "a.example.com"];
  assert.deepEqual(await search(), all);
  assert.deepEqual(await search({ And: [issued, within] }), ["b.example.com", "a.example.com"]);
  assert.deepEqual(await search({ Not: within }), ["example.org"]);
  assert.deepEqual(
    await search({ Or: [{ Filter: { CertificateArn: CertificateArn! } }, { Not: within }] }),
    ["late.example.com", "example.org"],
  );
  const { Results, NextToken } = await acm.SearchCertificates({ MaxResults: 3 });
  const rest = await acm.SearchCertificates({ MaxResults: 3, NextToken });
  assert.deepEqual([Results!.length, rest.Results!.length, rest.NextToken], [3, 1, undefined]);
});
