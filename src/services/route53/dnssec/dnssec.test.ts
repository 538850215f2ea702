/** Keys of signed zones, from KMS to the records that the zone above needs. */
import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { test } from "node:test";
import { dateOf } from "#runtime/date.ts";
import { createTestCloud } from "#cloud/testing/test-cloud.ts";

async function zoneCloud() {
  const cloud = createTestCloud();
  const route53 = cloud.clients.route53(cloud.caller);
  const kms = cloud.clients.kms(cloud.caller);
  const { HostedZone } = await route53.CreateHostedZone({
    Name: "example.com",
    CallerReference: "1",
  });
  const HostedZoneId = HostedZone!.Id!.replace("/hostedzone/", "");
  const newKey = async (KeySpec: "ECC_NIST_P256" | "RSA_2048" = "ECC_NIST_P256") =>
    (await kms.CreateKey({ KeySpec, KeyUsage: "SIGN_VERIFY" })).KeyMetadata!.Arn!;
  const create = (Name: string, KeyManagementServiceArn: string, Status = "ACTIVE") =>
    route53.CreateKeySigningKey({
      CallerReference: Name,
      HostedZoneId,
      KeyManagementServiceArn,
      Name,
      Status,
    });
  const state = async () => {
    const { Status, KeySigningKeys } = await route53.GetDNSSEC({ HostedZoneId });
    return [Status!.ServeSignature, ...KeySigningKeys!.map(({ Status: one }) => one)];
  };
  return { cloud, route53, kms, HostedZoneId, newKey, create, state };
}

test("a zone is signed with a key of KMS, and unsigned before its key goes", async () => {
  const { cloud, route53, HostedZoneId, newKey, create, state } = await zoneCloud();
  await assert.rejects(create("rsa", await newKey("RSA_2048")), { code: "InvalidKMSArn" });
  await assert.rejects(create("no-dashes", await newKey()), { code: "InvalidKeySigningKeyName" });
  await assert.rejects(route53.EnableHostedZoneDNSSEC({ HostedZoneId }), {
    code: "KeySigningKeyWithActiveStatusNotFound",
  });
  const arn = await newKey();
  const { KeySigningKey: key } = await create("first", arn);
  await assert.rejects(create("again", arn), { code: "KeySigningKeyAlreadyExists" });
  const data = Buffer.concat([Buffer.from([1, 1, 3, 13]), Buffer.from(key!.PublicKey!, "base64")]);
  const owner = Buffer.from("\u0007example\u0003com\u0000", "latin1");
  const digest = createHash("sha256").update(owner).update(data).digest("hex").toUpperCase();
  assert.equal(key!.DSRecord, `${key!.KeyTag} 13 2 ${digest}`);
  assert.equal(key!.DNSKEYRecord, `257 3 13 ${key!.PublicKey}`);
  await route53.EnableHostedZoneDNSSEC({ HostedZoneId });
  await cloud.advance("1s");
  assert.deepEqual(await state(), ["SIGNING", "ACTIVE"]);
  await create("second", await newKey(), "INACTIVE");
  await assert.rejects(create("third", await newKey()), { code: "TooManyKeySigningKeys" });
  const first = { HostedZoneId, Name: "first" };
  await assert.rejects(route53.DeactivateKeySigningKey(first), { code: "KeySigningKeyInUse" });
  await assert.rejects(route53.DeleteKeySigningKey(first), { code: "InvalidKeySigningKeyStatus" });
  await route53.ActivateKeySigningKey({ HostedZoneId, Name: "second" });
  await route53.DeactivateKeySigningKey(first);
  await route53.DeleteKeySigningKey(first);
  await cloud.advance("1s");
  assert.deepEqual(await state(), ["SIGNING", "ACTIVE"]);
  await assert.rejects(route53.DeleteHostedZone({ Id: HostedZoneId }), {
    message: "The specified hosted zone contains DNSSEC Key Signing Keys and so cannot be deleted.",
  });
  await route53.DisableHostedZoneDNSSEC({ HostedZoneId });
  await assert.rejects(route53.DisableHostedZoneDNSSEC({ HostedZoneId }), {
    code: "DNSSECNotFound",
  });
  await route53.DeactivateKeySigningKey({ HostedZoneId, Name: "second" });
  await route53.DeleteKeySigningKey({ HostedZoneId, Name: "second" });
  await route53.DeleteHostedZone({ Id: HostedZoneId });
  await cloud.stop();
});

test("a key that KMS does not sign with needs action, until it does again", async () => {
  const { cloud, route53, kms, HostedZoneId, newKey, create, state } = await zoneCloud();
  const KeyId = await newKey();
  await create("first", KeyId);
  await kms.DisableKey({ KeyId });
  await route53.EnableHostedZoneDNSSEC({ HostedZoneId });
  await cloud.advance("5s");
  assert.deepEqual(await state(), ["ACTION_NEEDED", "ACTION_NEEDED"]);
  await cloud.advance("2m");
  const { Datapoints } = await cloud.clients.cloudwatch(cloud.caller).GetMetricStatistics({
    Namespace: "AWS/Route53",
    MetricName: "DNSSECKeySigningKeysNeedingAction",
    Dimensions: [{ Name: "HostedZoneId", Value: HostedZoneId }],
    StartTime: dateOf(cloud.clock.now() - 600_000),
    EndTime: dateOf(cloud.clock.now() + 60_000),
    Period: 60,
    Statistics: ["Sum"],
  });
  assert.equal(Datapoints![0]!.Sum, 1);
  await kms.EnableKey({ KeyId });
  await cloud.advance("2m");
  assert.deepEqual(await state(), ["SIGNING", "ACTIVE"]);
  await cloud.stop();
});

test("a key stays while the zone above vouches for it", async () => {
  const { cloud, route53, HostedZoneId, newKey, create } = await zoneCloud();
  const { KeySigningKey: key } = await create("first", await newKey());
  await create("second", await newKey());
  await route53.EnableHostedZoneDNSSEC({ HostedZoneId });
  const above = await route53.CreateHostedZone({ Name: "com", CallerReference: "above" });
  const change = (Action: "CREATE" | "DELETE") =>
    route53.ChangeResourceRecordSets({
      HostedZoneId: above.HostedZone!.Id!.replace("/hostedzone/", ""),
      ChangeBatch: {
        Changes: [
          {
            Action,
            ResourceRecordSet: {
              Name: "example.com",
              Type: "DS",
              TTL: 60,
              ResourceRecords: [{ Value: key!.DSRecord! }],
            },
          },
        ],
      },
    });
  await change("CREATE");
  const code = "KeySigningKeyInParentDSRecord";
  const first = { HostedZoneId, Name: "first" };
  await assert.rejects(route53.DeactivateKeySigningKey(first), { code });
  await assert.rejects(route53.DisableHostedZoneDNSSEC({ HostedZoneId }), { code });
  await change("DELETE");
  await route53.DeactivateKeySigningKey(first);
  await route53.DisableHostedZoneDNSSEC({ HostedZoneId });
  await cloud.stop();
});
