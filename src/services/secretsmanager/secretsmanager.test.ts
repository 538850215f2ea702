import assert from "node:assert/strict";
import { test } from "node:test";
import { createTestCloud } from "#cloud/testing/test-cloud.ts";

function createSecretsCloud() {
  const cloud = createTestCloud();
  return { ...cloud, secrets: cloud.clients.secretsmanager(cloud.caller) };
}

test("a secret is found by name, by ARN and by its ARN without the suffix", async () => {
  const cloud = createSecretsCloud();
  const { secrets } = cloud;
  const { ARN, VersionId } = await secrets.CreateSecret({ Name: "db/password", SecretString: "a" });
  assert.match(
    ARN!,
    /^arn:aws:secretsmanager:us-east-1:123456789012:secret:db\/password-[A-Za-z0-9]{6}$/,
  );
  for (const SecretId of ["db/password", ARN!, ARN!.slice(0, -7)]) {
    const read = await secrets.GetSecretValue({ SecretId });
    assert.equal(read.SecretString, "a");
    assert.deepEqual([read.VersionId, read.VersionStages], [VersionId, ["AWSCURRENT"]]);
  }
  await assert.rejects(secrets.GetSecretValue({ SecretId: "none" }), {
    code: "ResourceNotFoundException",
    message: "Secrets Manager can't find the specified secret.",
  });
  await cloud.stop();
});

test("a new value is current, the one before is previous, older ones have no label", async () => {
  const cloud = createSecretsCloud();
  const { secrets } = cloud;
  const SecretId = "token";
  const ids = ["1", "2", "3"].map((digit) => digit.repeat(32));
  await secrets.CreateSecret({ Name: SecretId, SecretString: "1", ClientRequestToken: ids[0] });
  for (const [index, id] of ids.entries())
    await secrets.PutSecretValue({
      SecretId,
      SecretString: String(index + 1),
      ClientRequestToken: id,
    });
  const { VersionIdsToStages } = await secrets.DescribeSecret({ SecretId });
  assert.deepEqual(VersionIdsToStages, { [ids[1]!]: ["AWSPREVIOUS"], [ids[2]!]: ["AWSCURRENT"] });
  const read = (VersionStage: string) => secrets.GetSecretValue({ SecretId, VersionStage });
  assert.equal((await read("AWSPREVIOUS")).SecretString, "2");
  await assert.rejects(
    secrets.PutSecretValue({ SecretId, SecretString: "4", ClientRequestToken: ids[2] }),
    { code: "ResourceExistsException" },
  );
  await secrets.UpdateSecretVersionStage({
    SecretId,
    VersionStage: "AWSCURRENT",
    MoveToVersionId: ids[1],
    RemoveFromVersionId: ids[2],
  });
  assert.equal((await read("AWSCURRENT")).SecretString, "2");
  assert.equal((await read("AWSPREVIOUS")).SecretString, "3");
  await cloud.stop();
});

test("a deleted secret can be restored until its window is over; its name is free afterwards", async () => {
  const cloud = createSecretsCloud();
  const { secrets } = cloud;
  const SecretId = "short";
  await secrets.CreateSecret({ Name: SecretId, SecretString: "old" });
  await secrets.DeleteSecret({ SecretId, RecoveryWindowInDays: 7 });
  await assert.rejects(secrets.GetSecretValue({ SecretId }), {
    code: "InvalidRequestException",
    message: "You can't perform this operation on the secret because it was marked for deletion.",
  });
  await assert.rejects(secrets.CreateSecret({ Name: SecretId }), {
    code: "InvalidRequestException",
  });
  assert.deepEqual((await secrets.ListSecrets({})).SecretList, []);
  await secrets.RestoreSecret({ SecretId });
  assert.equal((await secrets.GetSecretValue({ SecretId })).SecretString, "old");
  await secrets.DeleteSecret({ SecretId, RecoveryWindowInDays: 7 });
  await cloud.advance("8d");
  await assert.rejects(secrets.DescribeSecret({ SecretId }), { code: "ResourceNotFoundException" });
  await secrets.CreateSecret({ Name: SecretId, SecretString: "new" });
  assert.equal((await secrets.GetSecretValue({ SecretId })).SecretString, "new");
  await cloud.stop();
});

test("a value is sealed with the secret's own key, and lost to view when that is disabled", async () => {
  const cloud = createSecretsCloud();
  const { secrets } = cloud;
  const kms = cloud.clients.kms(cloud.caller);
  const { KeyMetadata } = await kms.CreateKey({});
  const KmsKeyId = KeyMetadata!.KeyId!;
  await secrets.CreateSecret({ Name: "own", KmsKeyId, SecretString: "a" });
  await kms.DisableKey({ KeyId: KmsKeyId });
  await assert.rejects(secrets.GetSecretValue({ SecretId: "own" }), { code: "DecryptionFailure" });
  await assert.rejects(secrets.CreateSecret({ Name: "other", KmsKeyId, SecretString: "b" }), {
    code: "EncryptionFailure",
  });
  await assert.rejects(secrets.DescribeSecret({ SecretId: "other" }), {
    code: "ResourceNotFoundException",
  });
  await kms.EnableKey({ KeyId: KmsKeyId });
  assert.equal((await secrets.GetSecretValue({ SecretId: "own" })).SecretString, "a");
  await cloud.stop();
});

test("lists filter by what a value begins with, by words, and by what must not be", async () => {
  const cloud = createSecretsCloud();
  const { secrets } = cloud;
  const make = (Name: string, Description: string, Tags: Record<string, string> = {}) =>
    secrets.CreateSecret({
      Name,
      Description,
      Tags: Object.entries(Tags).map(([Key, Value]) => ({ Key, Value })),
    });
  await make("app/db", "The main Database", { stage: "prod" });
  await cloud.advance("1s");
  await make("app/api", "Third party", { stage: "test" });
  await cloud.advance("1s");
  await make("web", "Session key");
  const names = async (Key: "name" | "description" | "tag-key" | "all", Values: string[]) =>
    (await secrets.ListSecrets({ Filters: [{ Key, Values }] })).SecretList!.map(({ Name }) => Name);
  assert.deepEqual(await names("name", ["app/"]), ["app/db", "app/api"]);
  assert.deepEqual(await names("description", ["data"]), ["app/db"]);
  assert.deepEqual(await names("tag-key", ["!stage"]), ["web"]);
  assert.deepEqual(await names("all", ["prod"]), ["app/db"]);
  assert.deepEqual(await names("name", ["web", "app/db"]), ["app/db", "web"]);
  await cloud.stop();
});

test("passwords have each type of character that they may have", async () => {
  const cloud = createSecretsCloud();
  const { secrets } = cloud;
  const { RandomPassword } = await secrets.GetRandomPassword({ PasswordLength: 4 });
  for (const kind of [/[a-z]/, /[A-Z]/, /\d/, /[^\w\s]|_/]) assert.match(RandomPassword!, kind);
  const { RandomPassword: plain } = await secrets.GetRandomPassword({
    PasswordLength: 60,
    ExcludePunctuation: true,
    ExcludeCharacters: "abc",
  });
  assert.match(plain!, /^[A-Zd-z\d]{60}$/);
  await assert.rejects(secrets.GetRandomPassword({ PasswordLength: 3 }), {
    code: "InvalidParameterException",
  });
  await cloud.stop();
});
