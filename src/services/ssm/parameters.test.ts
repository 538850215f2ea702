import assert from "node:assert/strict";
import { test } from "node:test";
import { createTestCloud, type TestCloud } from "#cloud/testing/test-cloud.ts";
import { oldVersions, parameters } from "./records.ts";

type Ssm = ReturnType<TestCloud["clients"]["ssm"]>;

async function withSsm(run: (ssm: Ssm, cloud: TestCloud) => Promise<void>) {
  const cloud = createTestCloud();
  try {
    await run(cloud.clients.ssm(cloud.caller), cloud);
  } finally {
    await cloud.stop();
  }
}

const put = (ssm: Ssm, Name: string, Value: string, more: object = {}) =>
  ssm.PutParameter({ Name, Value, Type: "String", ...more });

test("a parameter is read back with its version and ARN", () =>
  withSsm(async (ssm, cloud) => {
    assert.deepEqual(await put(ssm, "/shop/db", "one"), { Version: 1, Tier: "Standard" });
    await assert.rejects(put(ssm, "/shop/db", "two"), {
      code: "ParameterAlreadyExists",
      message:
        "The parameter already exists. To overwrite this value, set the overwrite option in the request to true.",
    });
    await cloud.advance("1m");
    await put(ssm, "/shop/db", "two", { Overwrite: true });
    const { Parameter: parameter } = await ssm.GetParameter({ Name: "/shop/db" });
    assert.deepEqual(
      { ...parameter, LastModifiedDate: parameter!.LastModifiedDate!.getTime() },
      {
        Name: "/shop/db",
        Type: "String",
        Value: "two",
        Version: 2,
        LastModifiedDate: cloud.clock.now(),
        ARN: "arn:aws:ssm:us-east-1:123456789012:parameter/shop/db",
        DataType: "text",
      },
    );
    for (const Name of ["/shop/db:1", `${parameter!.ARN}:1`]) {
      const { Parameter: first } = await ssm.GetParameter({ Name });
      assert.deepEqual([first!.Value, first!.Selector], ["one", ":1"]);
    }
    await assert.rejects(ssm.GetParameter({ Name: "/shop/db:7" }), {
      code: "ParameterVersionNotFound",
      message:
        "Systems Manager could not find version 7 of /shop/db. Verify the version and try again.",
    });
    await ssm.DeleteParameter({ Name: "/shop/db" });
    await assert.rejects(ssm.GetParameter({ Name: "/shop/db" }), { code: "ParameterNotFound" });
    await cloud.store.transaction(async (tx) =>
      assert.deepEqual(await oldVersions.list(tx, cloud.caller), []),
    );
  }));

test("a SecureString is sealed in the store and in answers that were not asked to decrypt", () =>
  withSsm(async (ssm, cloud) => {
    await put(ssm, "/secret", "hunter2", { Type: "SecureString" });
    const read = async (WithDecryption: boolean) =>
      (await ssm.GetParameter({ Name: "/secret", WithDecryption })).Parameter!.Value!;
    assert.equal(await read(true), "hunter2");
    assert.match(await read(false), /^[A-Za-z0-9+/]+=*$/);
    await cloud.store.transaction(async (tx) =>
      assert.ok(!JSON.stringify(await parameters.list(tx, cloud.caller)).includes("hunter2")),
    );
    const { Parameters: described } = await ssm.DescribeParameters({});
    assert.equal(described![0]!.KeyId, "alias/aws/ssm");
    await assert.rejects(put(ssm, "/other", "x", { Type: "SecureString", KeyId: "mine" }), {
      code: "InvalidKeyId",
    });
  }));

const badNames: [name: string, code: string, message: RegExp][] = [
  ["/aws/mine", "AccessDeniedException", /^No access to reserved parameter name: \/aws\/mine\.$/],
  ["awsThing", "ValidationException", /can't be prefixed with "aws" or "ssm"/],
  ["/ssm/thing", "ValidationException", /can't be prefixed with "ssm"/],
  ["a/b", "ValidationException", /^Parameter name must be a fully qualified name\.$/],
  ["/a b", "ValidationException", /letters, numbers and the following 3 symbols \.-_$/],
  [`/${"a/".repeat(15)}a`, "HierarchyLevelLimitExceededException", /at most 15 levels/],
];
for (const [name, code, message] of badNames)
  test(`the name ${name} is refused`, () =>
    withSsm((ssm) => assert.rejects(put(ssm, name, "x"), { code, message })));

test("a path lists what lies directly under it, or everything below", () =>
  withSsm(async (ssm) => {
    for (const name of ["/a/x", "/a/b/y", "/ab", "/a0", "top"]) await put(ssm, name, name);
    const names = async (Path: string, Recursive = false) =>
      (await ssm.GetParametersByPath({ Path, Recursive })).Parameters!.map(({ Name }) => Name);
    assert.deepEqual(await names("/a"), ["/a/x"]);
    assert.deepEqual(await names("/a/", true), ["/a/b/y", "/a/x"]);
    assert.deepEqual(await names("/"), ["/a0", "/ab", "top"]);
    for (let index = 0; index < 12; index++) await put(ssm, `/many/${index}`, "v");
    const first = await ssm.GetParametersByPath({ Path: "/many" });
    const { NextToken } = first;
    const second = await ssm.GetParametersByPath({ Path: "/many", NextToken });
    assert.deepEqual([first.Parameters!.length, second.Parameters!.length], [10, 2]);
    assert.equal(second.NextToken, undefined);
    await assert.rejects(ssm.GetParametersByPath({ Path: "/many", NextToken: "x" }), {
      code: "InvalidNextToken",
    });
  }));

test("a label moves from version to version", () =>
  withSsm(async (ssm) => {
    for (const value of ["one", "two"]) await put(ssm, "p", value, { Overwrite: true });
    const label = (ParameterVersion: number, ...Labels: string[]) =>
      ssm.LabelParameterVersion({ Name: "p", ParameterVersion, Labels });
    assert.deepEqual(await label(1, "live", "1st", "awsome"), {
      InvalidLabels: ["1st", "awsome"],
      ParameterVersion: 1,
    });
    const live = async () => (await ssm.GetParameter({ Name: "p:live" })).Parameter!.Value;
    assert.equal(await live(), "one");
    await label(2, "live");
    assert.equal(await live(), "two");
    const { Parameters: history } = await ssm.GetParameterHistory({ Name: "p" });
    assert.deepEqual(
      history!.map(({ Version, Labels }) => [Version, Labels]),
      [
        [1, []],
        [2, ["live"]],
      ],
    );
    await label(1, ...Array.from({ length: 10 }, (_none, index) => `l${index}`));
    await assert.rejects(label(1, "eleventh"), { code: "ParameterVersionLabelLimitExceeded" });
    const request = { Name: "p", ParameterVersion: 2, Labels: ["live", "other"] };
    assert.deepEqual(await ssm.UnlabelParameterVersion(request), {
      RemovedLabels: ["live"],
      InvalidLabels: ["other"],
    });
  }));

test("a hundred versions are kept, and a labelled oldest one stands in the way", () =>
  withSsm(async (ssm) => {
    for (let index = 1; index <= 101; index++)
      await put(ssm, "p", String(index), { Overwrite: true });
    await assert.rejects(ssm.GetParameter({ Name: "p:1" }), { code: "ParameterVersionNotFound" });
    await ssm.LabelParameterVersion({ Name: "p", ParameterVersion: 2, Labels: ["keep"] });
    await assert.rejects(put(ssm, "p", "102", { Overwrite: true }), {
      code: "ParameterMaxVersionLimitExceeded",
    });
  }));

test("tiers bound the size of values", () =>
  withSsm(async (ssm) => {
    await assert.rejects(put(ssm, "p", "x".repeat(4097)), {
      code: "ValidationException",
      message: /^Standard tier parameters support a maximum parameter value of 4096 characters\./,
    });
    const tiering = { Tier: "Intelligent-Tiering" };
    assert.equal((await put(ssm, "p", "x".repeat(4097), tiering)).Tier, "Advanced");
    await assert.rejects(put(ssm, "p", "y", { Overwrite: true, Tier: "Standard" }), {
      message: /You can't downgrade a parameter/,
    });
    await assert.rejects(put(ssm, "q", "x".repeat(8193), { Tier: "Advanced" }), {
      code: "ValidationException",
    });
  }));

test("a value must match its pattern", () =>
  withSsm(async (ssm) => {
    await put(ssm, "p", "12", { AllowedPattern: "^\\d+$" });
    await assert.rejects(put(ssm, "p", "a", { Overwrite: true }), {
      code: "ParameterPatternMismatchException",
      message: "Parameter value, cannot be validated against allowedPattern: ^\\d+$",
    });
    await assert.rejects(put(ssm, "q", "a", { AllowedPattern: "(" }), {
      code: "InvalidAllowedPatternException",
    });
  }));

test("a parameter whose Expiration has passed is gone", () =>
  withSsm(async (ssm, cloud) => {
    const Policies = JSON.stringify([
      {
        Type: "Expiration",
        Version: "1.0",
        Attributes: { Timestamp: "2026-01-05T13:00:00.000Z" },
      },
    ]);
    await assert.rejects(put(ssm, "p", "x", { Policies }), { code: "ValidationException" });
    await put(ssm, "p", "x", { Policies, Tier: "Advanced" });
    await cloud.advance("59m");
    await ssm.GetParameter({ Name: "p" });
    await cloud.advance("2m");
    await assert.rejects(ssm.GetParameter({ Name: "p" }), { code: "ParameterNotFound" });
  }));

test("parameters are found by name, type, path and tag", () =>
  withSsm(async (ssm) => {
    await put(ssm, "/web/a", "1", { Tags: [{ Key: "tier", Value: "web" }] });
    await put(ssm, "/web/deep/b", "1,2", { Type: "StringList" });
    const names = async (Key: string, Option: string | undefined, ...Values: string[]) => {
      const ParameterFilters = [{ Key, Option, Values }];
      const { Parameters: found } = await ssm.DescribeParameters({ ParameterFilters });
      return found!.map(({ Name }) => Name);
    };
    assert.deepEqual(await names("Name", "Contains", "deep"), ["/web/deep/b"]);
    assert.deepEqual(await names("Type", undefined, "StringList"), ["/web/deep/b"]);
    assert.deepEqual(await names("Path", "OneLevel", "/web"), ["/web/a"]);
    assert.deepEqual(await names("Path", "Recursive", "/web"), ["/web/a", "/web/deep/b"]);
    assert.deepEqual(await names("tag:tier", undefined, "web"), ["/web/a"]);
    await assert.rejects(names("Label", undefined, "x"), {
      code: "InvalidFilterKey",
      message:
        "The following filter key is not valid: Label. Valid filter keys include: [Path, Name, Type, KeyId, Tier].",
    });
    await ssm.AddTagsToResource({
      ResourceType: "Parameter",
      ResourceId: "/web/a",
      Tags: [{ Key: "b", Value: "2" }],
    });
    const resource = { ResourceType: "Parameter" as const, ResourceId: "/web/a" };
    await ssm.RemoveTagsFromResource({ ...resource, TagKeys: ["tier"] });
    assert.deepEqual(await ssm.ListTagsForResource(resource), {
      TagList: [{ Key: "b", Value: "2" }],
    });
  }));

test("AWS's public parameters name images that EC2 knows", () =>
  withSsm(async (ssm, cloud) => {
    const Name = "/aws/service/ami-amazon-linux-latest/al2023-ami-kernel-default-x86_64";
    const { Parameter: parameter } = await ssm.GetParameter({ Name });
    assert.match(parameter!.Value!, /^ami-0[0-9a-f]{16}$/);
    assert.equal(parameter!.ARN, `arn:aws:ssm:us-east-1::parameter${Name}`);
    const there = cloud.clients.ssm({ ...cloud.caller, region: "eu-west-1" });
    assert.notEqual((await there.GetParameter({ Name })).Parameter!.Value, parameter!.Value);
    const { Parameters: regions } = await ssm.GetParametersByPath({
      Path: "/aws/service/global-infrastructure/regions",
    });
    assert.equal(regions!.length, 10);
    const both = await ssm.GetParameters({ Names: [Name, "nothing"] });
    assert.deepEqual(both.InvalidParameters, ["nothing"]);
  }));

test("a parameter becomes no image's, nor an image's another", () =>
  withSsm(async (ssm) => {
    const Name = "/aws/service/ami-amazon-linux-latest/al2023-ami-kernel-default-x86_64";
    const { Parameter: image } = await ssm.GetParameter({ Name });
    const given = { Type: "String" as const, Value: image!.Value!, Overwrite: true };
    const DataType = "aws:ec2:image";
    await ssm.PutParameter({ ...given, Name: "text" });
    await ssm.PutParameter({ ...given, Name: "image", DataType });
    const refused = { code: "ValidationException", message: /data type .* can't be changed/ };
    await assert.rejects(ssm.PutParameter({ ...given, Name: "text", DataType }), refused);
    await assert.rejects(ssm.PutParameter({ ...given, Name: "image", DataType: "text" }), refused);
    assert.equal((await ssm.PutParameter({ ...given, Name: "image" })).Version, 2);
    assert.equal((await ssm.GetParameter({ Name: "image" })).Parameter!.DataType, DataType);
  }));
