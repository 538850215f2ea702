import assert from "node:assert/strict";
import { test } from "node:test";
import { createStackTest, thingsTemplate } from "../testing/stacks.ts";

test("a stack is created in dependency order, with its events and outputs", async () => {
  const { client, cloud, trail, calls, things, status, physical } = createStackTest();
  const body = thingsTemplate(
    {
      B: { Value: { "Fn::GetAtt": "A.Arn" }, ReadyAfter: 3 },
      A: { Value: "x", Count: "5", Flag: "true", ReadyAfter: 10 },
      C: { $: { DependsOn: "B" } },
    },
    {
      Outputs: { Out: { Value: { "Fn::Sub": "${B}/${AWS::StackName}" }, Export: { Name: "ex" } } },
    },
  );
  const { StackId } = await client.CreateStack({ StackName: "web", TemplateBody: body });
  assert.match(
    StackId!,
    /^arn:aws:cloudformation:us-east-1:123456789012:stack\/web\/[0-9a-f-]{36}$/,
  );
  await cloud.advance("5s");
  assert.equal(await status("web"), "CREATE_IN_PROGRESS");
  await cloud.advance("20s");
  assert.deepEqual(await trail("web"), [
    "web CREATE_IN_PROGRESS",
    "A CREATE_IN_PROGRESS",
    "A CREATE_IN_PROGRESS",
    "A CREATE_COMPLETE",
    "B CREATE_IN_PROGRESS",
    "B CREATE_IN_PROGRESS",
    "B CREATE_COMPLETE",
    "C CREATE_IN_PROGRESS",
    "C CREATE_IN_PROGRESS",
    "C CREATE_COMPLETE",
    "web CREATE_COMPLETE",
  ]);
  const { StackEvents } = await client.DescribeStackEvents({ StackName: "web" });
  const times = StackEvents!.map(({ Timestamp }) => Timestamp!.getTime());
  assert.deepEqual(
    times.toSorted((a, b) => b - a),
    times,
  );
  assert.equal(new Set(times).size, times.length, "clients sort events by their times");
  assert.deepEqual(calls, ["create A", "create B", "create C"]);
  const a = things.get(await physical("web", "A"))!;
  assert.match(a.name, /^web-A-[A-Z0-9]{12}$/);
  assert.deepEqual(a.properties, { Value: "x", Count: 5, Flag: true, ReadyAfter: 10 });
  assert.equal(a.tags["aws:cloudformation:stack-name"], "web");
  const b = things.get(await physical("web", "B"))!;
  assert.equal(b.properties["Value"], `arn:aws:fake:::${a.id}`);
  const { Stacks } = await client.DescribeStacks({ StackName: "web" });
  assert.deepEqual(Stacks![0]!.Outputs, [
    { OutputKey: "Out", OutputValue: `${b.id}/web`, Description: undefined, ExportName: "ex" },
  ]);
  const { Exports } = await client.ListExports({});
  assert.deepEqual(Exports, [{ ExportingStackId: StackId, Name: "ex", Value: `${b.id}/web` }]);
  await cloud.stop();
});

test("a failed resource rolls the stack back and says why", async () => {
  const { client, cloud, trail, things } = createStackTest();
  await client.CreateStack({
    StackName: "bad",
    TemplateBody: thingsTemplate({
      A: {},
      B: { Fail: "create", Value: { Ref: "A" } },
      C: { ReadyAfter: 60 },
    }),
  });
  await cloud.advance("30s");
  assert.deepEqual(
    (await trail("bad")).slice(-9),
    [
      "B CREATE_FAILED",
      "C CREATE_FAILED",
      "bad ROLLBACK_IN_PROGRESS",
      "B DELETE_IN_PROGRESS",
      "C DELETE_IN_PROGRESS",
      "B DELETE_COMPLETE",
      "C DELETE_COMPLETE",
      "A DELETE_IN_PROGRESS",
      "A DELETE_COMPLETE",
    ]
      .concat(["bad ROLLBACK_COMPLETE"])
      .slice(-9),
  );
  assert.equal(things.size, 0);
  const { StackEvents = [] } = await client.DescribeStackEvents({ StackName: "bad" });
  const reasons = StackEvents.map((event) => event.ResourceStatusReason ?? "");
  assert.ok(
    reasons.some((reason) =>
      reason.startsWith('Resource handler returned message: "B cannot be made'),
    ),
  );
  assert.ok(reasons.includes("Resource creation cancelled"));
  assert.ok(
    reasons.includes(
      "The following resource(s) failed to create: [B, C]. Rollback requested by user.",
    ),
  );
  await cloud.stop();
});

test("on failure a stack can be deleted or left as it is", async () => {
  const { client, cloud, status, things } = createStackTest();
  const body = thingsTemplate({ A: {}, B: { Fail: "stabilize", Value: { Ref: "A" } } });
  await client.CreateStack({ StackName: "left", TemplateBody: body, OnFailure: "DO_NOTHING" });
  const { StackId } = await client.CreateStack({
    StackName: "gone",
    TemplateBody: body,
    OnFailure: "DELETE",
  });
  await cloud.advance("30s");
  assert.equal(await status("left"), "CREATE_FAILED");
  assert.equal(things.size, 2);
  await assert.rejects(status("gone"), { code: "ValidationError" });
  assert.equal(await status(StackId!), "DELETE_COMPLETE");
  await client.RollbackStack({ StackName: "left" });
  await cloud.advance("30s");
  assert.equal(await status("left"), "ROLLBACK_COMPLETE");
  assert.equal(things.size, 0);
  await cloud.stop();
});

test("unknown and unsupported things are refused before anything is created", async () => {
  const { client, cloud, calls } = createStackTest();
  const create = (body: string) => client.CreateStack({ StackName: "x", TemplateBody: body });
  await assert.rejects(create('{"Resources": {"A": {"Type": "AWS::Nothing::Here"}}}'), {
    message: "Template format error: Unrecognized resource types: [AWS::Nothing::Here]",
  });
  await assert.rejects(create(thingsTemplate({ A: {}, B: { Foo: 1 } })), {
    message:
      "Properties validation failed for resource B with message:\n#: extraneous key [Foo] is not permitted (Test::Fake::Thing)",
  });
  await assert.rejects(create(thingsTemplate({ A: { Nested: { Host: { Ref: "B" } } }, B: {} })), {
    message: /#\/Nested: required key \[Port\] not found/,
  });
  await assert.rejects(create(thingsTemplate({ A: { Rare: "x" } })), {
    message: /does not support the property Rare of Test::Fake::Thing \(resource A\)/,
  });
  await assert.rejects(
    create(thingsTemplate({ A: {}, B: { Value: { "Fn::GetAtt": ["A", "Nope"] } } })),
    {
      message: "Template error: resource A does not support attribute type Nope in Fn::GetAtt",
    },
  );
  assert.deepEqual(calls, []);
  const { StackSummaries } = await client.ListStacks({});
  assert.deepEqual(StackSummaries, []);
  await cloud.stop();
});

test("deleting takes dependents first, keeps what is retained, and reports what stays", async () => {
  const { client, cloud, status, calls, things } = createStackTest();
  const { StackId } = await client.CreateStack({
    StackName: "del",
    TemplateBody: thingsTemplate({
      A: {},
      B: { Value: { Ref: "A" } },
      Kept: { $: { DeletionPolicy: "Retain" } },
      Stuck: { Fail: "delete", Value: { Ref: "B" } },
    }),
  });
  await cloud.advance("10s");
  calls.length = 0;
  await client.DeleteStack({ StackName: "del" });
  await cloud.advance("10s");
  assert.deepEqual(calls, ["delete Stuck"]);
  assert.equal(await status("del"), "DELETE_FAILED");
  await client.DeleteStack({ StackName: "del", RetainResources: ["Stuck"] });
  await cloud.advance("10s");
  assert.deepEqual(calls, ["delete Stuck", "delete B", "delete A"]);
  assert.equal(await status(StackId!), "DELETE_COMPLETE");
  assert.equal(things.size, 2);
  await cloud.advance("91d");
  await assert.rejects(status(StackId!), { code: "ValidationError" });
  await cloud.stop();
});

test("a stack's name starts with a letter and has letters, digits and hyphens only", async () => {
  const { client, cloud } = createStackTest();
  const refused = (name: string, demand: string) => ({
    code: "ValidationError",
    message: `1 validation error detected: Value '${name}' at 'stackName' failed to satisfy constraint: ${demand}`,
  });
  const pattern = "Member must satisfy regular expression pattern: [a-zA-Z][-a-zA-Z0-9]*";
  const request = { TemplateBody: thingsTemplate({ A: {} }) };
  for (const name of ["1x", "a_b", "-a"]) {
    await assert.rejects(
      client.CreateStack({ ...request, StackName: name }),
      refused(name, pattern),
    );
  }
  const long = "a".repeat(129);
  await assert.rejects(
    client.CreateStack({ ...request, StackName: long }),
    refused(long, "Member must have length less than or equal to 128"),
  );
  await cloud.stop();
});
