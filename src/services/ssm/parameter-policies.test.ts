import assert from "node:assert/strict";
import { test } from "node:test";
import { hearEvents } from "#cloud/testing/hear-events.ts";
import { createTestCloud, type TestCloud } from "#cloud/testing/test-cloud.ts";

/** What the events of Systems Manager say that came since it was last called. */
async function listen(cloud: TestCloud) {
  const told = await hearEvents(cloud, { source: ["aws.ssm"] });
  return async () => (await told()).map(({ detail }) => detail);
}

test("policies tell of what is to come, and an expiration deletes", async () => {
  const cloud = createTestCloud();
  const ssm = cloud.clients.ssm(cloud.caller);
  const heard = await listen(cloud);
  const expires = new Date(cloud.clock.now() + 10 * 86_400_000).toISOString();
  const Policies = JSON.stringify([
    { Type: "Expiration", Version: "1.0", Attributes: { Timestamp: expires } },
    { Type: "ExpirationNotification", Version: "1.0", Attributes: { Before: "2", Unit: "Days" } },
    { Type: "NoChangeNotification", Version: "1.0", Attributes: { After: "36", Unit: "Hours" } },
  ]);
  await ssm.PutParameter({ Name: "/p", Type: "String", Value: "v", Tier: "Advanced", Policies });
  await cloud.advance("1h");
  assert.deepEqual(await heard(), [{ operation: "Create", name: "/p", type: "String" }]);
  const policies = async () =>
    (await ssm.DescribeParameters({})).Parameters![0]!.Policies!.map(
      ({ PolicyType, PolicyStatus }) => `${PolicyType} ${PolicyStatus}`,
    );
  await cloud.advance("36h");
  const [unchanged] = await heard();
  assert.deepEqual(
    [unchanged!["policy-type"], unchanged!["action-reason"]],
    ["NoChangeNotification", "The parameter has not been changed for 36 hours."],
  );
  assert.deepEqual(await policies(), [
    "Expiration Pending",
    "ExpirationNotification Pending",
    "NoChangeNotification Finished",
  ]);
  await cloud.advance("7d");
  const [soon] = await heard();
  assert.equal(soon!["policy-type"], "ExpirationNotification");
  await cloud.advance("2d");
  const last = await heard();
  assert.deepEqual(last.map((one) => String(one["policy-type"] ?? one.operation)).toSorted(), [
    "Delete",
    "Expiration",
  ]);
  await assert.rejects(ssm.GetParameter({ Name: "/p" }), { code: "ParameterNotFound" });
  await cloud.stop();
});

test("a SecureString is encrypted with the key that was asked for, and lost with it", async () => {
  const cloud = createTestCloud();
  const ssm = cloud.clients.ssm(cloud.caller);
  const kms = cloud.clients.kms(cloud.caller);
  const { KeyMetadata: key } = await kms.CreateKey({});
  const KeyId = key!.KeyId!;
  const Type = "SecureString" as const;
  await ssm.PutParameter({ Name: "own", Type, Value: "one", KeyId });
  const long = "x".repeat(8000);
  await ssm.PutParameter({ Name: "long", Type, Value: long, KeyId, Tier: "Advanced" });
  const read = async (Name: string, WithDecryption = true) =>
    (await ssm.GetParameter({ Name, WithDecryption })).Parameter!.Value;
  assert.equal(await read("own"), "one");
  assert.equal(await read("long"), long);
  const sealed = Buffer.from((await read("own", false))!, "base64");
  const opened = await kms.Decrypt({
    CiphertextBlob: sealed,
    EncryptionContext: { PARAMETER_ARN: "arn:aws:ssm:us-east-1:123456789012:parameter/own" },
  });
  assert.deepEqual([Buffer.from(opened.Plaintext!).toString(), opened.KeyId], ["one", key!.Arn]);
  await kms.DisableKey({ KeyId });
  await assert.rejects(read("own"), { code: "InvalidKeyId" });
  await assert.rejects(
    ssm.PutParameter({ Name: "other", Type, Value: "x", KeyId: "alias/nobody" }),
    { code: "InvalidKeyId" },
  );
  await cloud.stop();
});

test("secrets are read as parameters", async () => {
  const cloud = createTestCloud();
  const ssm = cloud.clients.ssm(cloud.caller);
  await cloud.clients.secretsmanager(cloud.caller).CreateSecret({
    Name: "db",
    ClientRequestToken: "01234567-89ab-4def-8123-456789abcdef",
    SecretString: "hidden",
  });
  const Name = "/aws/reference/secretsmanager/db";
  await assert.rejects(ssm.GetParameter({ Name }), {
    message: "WithDecryption flag must be True for retrieving a Secret Manager secret.",
  });
  const { Parameter: found } = await ssm.GetParameter({ Name, WithDecryption: true });
  assert.deepEqual([found!.Type, found!.Value, found!.Version], ["SecureString", "hidden", 0]);
  assert.equal(JSON.parse(found!.SourceResult!).Name, "db");
  await cloud.stop();
});

test("a name of one level may have a leading slash or none, and an image must be there", async () => {
  const cloud = createTestCloud();
  const ssm = cloud.clients.ssm(cloud.caller);
  await ssm.PutParameter({ Name: "plain", Type: "String", Value: "one" });
  const put = (more: object) =>
    ssm.PutParameter({ Name: "/plain", Type: "String", Value: "two", ...more });
  await assert.rejects(put({}), { code: "ParameterAlreadyExists" });
  await put({ Overwrite: true });
  assert.equal((await ssm.GetParameter({ Name: "/plain" })).Parameter!.Name, "plain");
  await assert.rejects(put({ Name: "ami", Value: "ami-01234567", DataType: "aws:ec2:image" }), {
    code: "ValidationException",
  });
  await cloud.stop();
});
