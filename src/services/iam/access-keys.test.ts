import assert from "node:assert/strict";
import { test } from "node:test";
import { createTestCloud } from "#cloud/testing/test-cloud.ts";

test("an access key is found until it is switched off or deleted, and follows its user", async () => {
  const cloud = createTestCloud();
  const iam = cloud.clients.iam(cloud.caller);
  await iam.CreateUser({ UserName: "Ann", Path: "/shop/" });
  const { AccessKey: key } = await iam.CreateAccessKey({ UserName: "ann" });
  const id = key!.AccessKeyId!;
  assert.match(id, /^AKIA[A-Z2-7]{16}$/);
  assert.equal(key!.SecretAccessKey!.length, 40);
  const found = (await cloud.host.findCredential(id))!;
  assert.equal(found.secretAccessKey, key!.SecretAccessKey);
  assert.equal(found.principal.arn, "arn:aws:iam::123456789012:user/shop/Ann");
  assert.equal(await cloud.host.findCredential(id), found);

  await iam.UpdateUser({ UserName: "Ann", NewUserName: "Bob" });
  assert.match((await cloud.host.findCredential(id))!.principal.arn, /user\/shop\/Bob$/);
  await iam.UpdateAccessKey({ UserName: "Bob", AccessKeyId: id, Status: "Inactive" });
  assert.equal(await cloud.host.findCredential(id), undefined);
  await iam.UpdateAccessKey({ UserName: "Bob", AccessKeyId: id, Status: "Active" });
  assert.ok(await cloud.host.findCredential(id));
  await iam.DeleteAccessKey({ UserName: "Bob", AccessKeyId: id });
  assert.equal(await cloud.host.findCredential(id), undefined);
  await cloud.stop();
});

test("a user has two access keys at most, and is not deleted before them", async () => {
  const cloud = createTestCloud();
  const iam = cloud.clients.iam(cloud.caller);
  await iam.CreateUser({ UserName: "ann" });
  const { AccessKey: first } = await iam.CreateAccessKey({ UserName: "ann" });
  await iam.CreateAccessKey({ UserName: "ann" });
  await assert.rejects(iam.CreateAccessKey({ UserName: "ann" }), {
    code: "LimitExceeded",
    message: "Cannot exceed quota for AccessKeysPerUser: 2",
  });
  const { AccessKeyMetadata: keys } = await iam.ListAccessKeys({ UserName: "ann" });
  assert.equal(keys!.length, 2);
  await assert.rejects(iam.DeleteUser({ UserName: "ann" }), {
    code: "DeleteConflict",
    message: "Cannot delete entity, must delete access keys first.",
  });
  await assert.rejects(
    iam.DeleteAccessKey({ UserName: "nobody", AccessKeyId: first!.AccessKeyId }),
    { code: "NoSuchEntity", message: "The user with name nobody cannot be found." },
  );
  await cloud.stop();
});
