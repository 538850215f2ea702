import assert from "node:assert/strict";
import { test } from "node:test";
import { createTestCloud } from "#cloud/testing/test-cloud.ts";
import { rootPrincipal } from "#services/kit/principal.ts";
import { isBucketName } from "../buckets/bucket-name.ts";
import { withBucket } from "../testing/bucket.ts";

test("bucket names follow AWS's rules", () => {
  for (const name of ["abc", "my.bucket-1", "0a0", "a".repeat(63)])
    assert.ok(isBucketName(name), name);
  for (const name of [
    "ab",
    "Abc",
    "a_b",
    "-ab",
    "ab-",
    "a..b",
    "1.2.3.4",
    "xn--ab",
    "abc-s3alias",
    "a".repeat(64),
  ])
    assert.ok(!isBucketName(name), name);
});

test("a bucket is made once: again by its owner in us-east-1 is fine, by another account is not", () =>
  withBucket(async ({ s3, stranger }) => {
    assert.deepEqual(await s3.CreateBucket({ Bucket: "photos" }), { Location: "/photos" });
    await assert.rejects(stranger.CreateBucket({ Bucket: "photos" }), {
      code: "BucketAlreadyExists",
      status: 409,
    });
    await assert.rejects(s3.CreateBucket({ Bucket: "Photos" }), { code: "InvalidBucketName" });
    await assert.rejects(
      s3.CreateBucket({ Bucket: "open", ObjectOwnership: "ObjectWriter", ACL: "public-read" }),
      { code: "InvalidBucketAclWithBlockPublicAccessError" },
    );
  }));

test("a bucket whose owner is enforced may be made with an ACL that grants others nothing", () =>
  withBucket(async ({ s3 }) => {
    await s3.CreateBucket({ Bucket: "private", ACL: "private" });
    await assert.rejects(s3.CreateBucket({ Bucket: "logs", ACL: "public-read" }), {
      code: "InvalidBucketAclWithObjectOwnership",
      message: "Bucket cannot have ACLs set with ObjectOwnership's BucketOwnerEnforced setting",
    });
  }));

test("the location constraint must be the region, and only us-east-1 makes buckets elsewhere", async () => {
  const cloud = createTestCloud();
  const at = (region: string) => cloud.clients.s3({ ...cloud.caller, region });
  const create = (region: string, LocationConstraint?: string) =>
    at(region).CreateBucket({
      Bucket: `in-${region}`,
      ...(LocationConstraint && {
        CreateBucketConfiguration: { LocationConstraint: LocationConstraint as "EU" },
      }),
    });
  await assert.rejects(create("us-east-1", "us-east-1"), { code: "InvalidLocationConstraint" });
  await create("us-east-1", "ap-south-1");
  assert.deepEqual(await at("us-east-1").GetBucketLocation({ Bucket: "in-us-east-1" }), {
    LocationConstraint: "ap-south-1",
  });
  await assert.rejects(create("eu-central-1", "eu-west-1"), {
    code: "IllegalLocationConstraintException",
    message:
      "The eu-west-1 location constraint is incompatible for the region specific endpoint this request was sent to.",
  });
  await assert.rejects(create("eu-west-1"), {
    code: "IllegalLocationConstraintException",
    message:
      "The unspecified location constraint is incompatible for the region specific endpoint this request was sent to.",
  });
  assert.deepEqual(await create("eu-west-1", "EU"), {
    Location: "http://in-eu-west-1.s3.amazonaws.com/",
  });
  await assert.rejects(create("eu-west-1", "eu-west-1"), { code: "BucketAlreadyOwnedByYou" });
  assert.deepEqual(await at("us-east-1").GetBucketLocation({ Bucket: "in-eu-west-1" }), {
    LocationConstraint: "eu-west-1",
  });
  await assert.rejects(at("us-east-1").HeadBucket({ Bucket: "in-eu-west-1" }), {
    code: "PermanentRedirect",
    status: 301,
    headers: { "x-amz-bucket-region": "eu-west-1" },
  });
  await cloud.stop();
});

test("buckets are listed to their owner in order of name, in pages", async () => {
  const cloud = createTestCloud();
  const s3 = cloud.clients.s3(cloud.caller);
  for (const Bucket of ["bbb", "aaa", "abc"]) await s3.CreateBucket({ Bucket });
  const other = {
    ...cloud.caller,
    account: "999999999999",
    principal: rootPrincipal("999999999999", "us-east-1"),
  };
  assert.deepEqual((await cloud.clients.s3(other).ListBuckets({})).Buckets, []);
  const names = async (input: object) => {
    const page = await s3.ListBuckets(input);
    return [page.Buckets?.map(({ Name }) => Name), page.ContinuationToken] as const;
  };
  assert.deepEqual(await names({}), [["aaa", "abc", "bbb"], undefined]);
  assert.deepEqual(await names({ Prefix: "a" }), [["aaa", "abc"], undefined]);
  const [first, ContinuationToken] = await names({ MaxBuckets: 2 });
  assert.deepEqual(first, ["aaa", "abc"]);
  assert.deepEqual(await names({ MaxBuckets: 2, ContinuationToken }), [["bbb"], undefined]);
  await cloud.stop();
});

test("only an empty bucket is deleted", () =>
  withBucket(async ({ s3, put }) => {
    await put("a");
    await assert.rejects(s3.DeleteBucket({ Bucket: "photos" }), {
      code: "BucketNotEmpty",
      status: 409,
      message: "The bucket you tried to delete is not empty",
    });
    await s3.DeleteObject({ Bucket: "photos", Key: "a" });
    await s3.DeleteBucket({ Bucket: "photos" });
    await assert.rejects(s3.HeadBucket({ Bucket: "photos" }), {
      code: "NoSuchBucket",
      status: 404,
    });
  }));
