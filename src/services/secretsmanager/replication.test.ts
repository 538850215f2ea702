import assert from "node:assert/strict";
import { test } from "node:test";
import { createTestCloud } from "#cloud/testing/test-cloud.ts";

test("a replica follows its primary until it stands by itself", async () => {
  const cloud = createTestCloud();
  const here = cloud.clients.secretsmanager(cloud.caller);
  const there = cloud.clients.secretsmanager({ ...cloud.caller, region: "eu-west-1" });
  const { ReplicationStatus: first, ARN } = await here.CreateSecret({
    Name: "db",
    ClientRequestToken: "01234567-89ab-4def-8123-456789abcdef",
    SecretString: "one",
    AddReplicaRegions: [{ Region: "eu-west-1" }],
  });
  assert.deepEqual(
    first!.map(({ Region, Status }) => [Region, Status]),
    [["eu-west-1", "InSync"]],
  );
  const read = async () => (await there.GetSecretValue({ SecretId: "db" })).SecretString;
  assert.equal(await read(), "one");
  await here.PutSecretValue({
    SecretId: "db",
    ClientRequestToken: "11234567-89ab-4def-8123-456789abcdef",
    SecretString: "two",
  });
  await here.TagResource({ SecretId: "db", Tags: [{ Key: "team", Value: "shop" }] });
  const many = Array.from({ length: 50 }, (_, at) => ({ Key: `key-${at}`, Value: "" }));
  await assert.rejects(here.TagResource({ SecretId: "db", Tags: many }), {
    code: "InvalidParameterException",
  });
  await cloud.advance("1s");
  assert.equal(await read(), "two");
  const copy = await there.DescribeSecret({ SecretId: "db" });
  assert.deepEqual(
    [copy.PrimaryRegion, copy.ARN, copy.Tags],
    ["us-east-1", ARN!.replace("us-east-1", "eu-west-1"), [{ Key: "team", Value: "shop" }]],
  );
  await assert.rejects(there.DeleteSecret({ SecretId: "db" }), {
    message:
      "Operation not permitted on a replica secret. Call must be made in primary secret's region.",
  });
  await assert.rejects(here.DeleteSecret({ SecretId: "db" }), {
    message: `You can't delete secret ${ARN} that still has replica regions [eu-west-1]`,
  });
  await there.StopReplicationToReplica({ SecretId: "db" });
  await here.DeleteSecret({ SecretId: "db" });
  assert.equal(await read(), "two");
  await cloud.stop();
});

test("a replica's key belongs to its Region, and a name that is taken stands in the way", async () => {
  const cloud = createTestCloud();
  const here = cloud.clients.secretsmanager(cloud.caller);
  const caller = { ...cloud.caller, region: "eu-west-1" };
  const there = cloud.clients.secretsmanager(caller);
  const { KeyMetadata: key } = await cloud.clients.kms(caller).CreateKey({});
  const token = (digit: number) => `${digit}1234567-89ab-4def-8123-456789abcdef`;
  await there.CreateSecret({ Name: "db", ClientRequestToken: token(1), SecretString: "theirs" });
  await here.CreateSecret({ Name: "db", ClientRequestToken: token(2), SecretString: "ours" });
  const AddReplicaRegions = [{ Region: "eu-west-1", KmsKeyId: key!.KeyId! }];
  const refused = await here.ReplicateSecretToRegions({ SecretId: "db", AddReplicaRegions });
  assert.deepEqual(
    refused.ReplicationStatus!.map(({ Status, StatusMessage }) => [Status, StatusMessage]),
    [["Failed", "Replication failed: Secret name db already exists in region eu-west-1."]],
  );
  await here.ReplicateSecretToRegions({
    SecretId: "db",
    AddReplicaRegions,
    ForceOverwriteReplicaSecret: true,
  });
  const { Versions: versions } = await there.ListSecretVersionIds({ SecretId: "db" });
  assert.deepEqual(versions![0]!.KmsKeyIds, [key!.Arn]);
  await here.RemoveRegionsFromReplication({ SecretId: "db", RemoveReplicaRegions: ["eu-west-1"] });
  await assert.rejects(there.DescribeSecret({ SecretId: "db" }), {
    code: "ResourceNotFoundException",
  });
  await cloud.stop();
});
