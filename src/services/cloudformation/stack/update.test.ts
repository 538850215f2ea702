import assert from "node:assert/strict";
import { test } from "node:test";
import type { UpdateRequest } from "../resource-types/resource-type.ts";
import { createStackTest, thingsTemplate, type StackTest } from "../testing/stacks.ts";

async function deployed(stack: StackTest, things: Parameters<typeof thingsTemplate>[0]) {
  await stack.client.CreateStack({ StackName: "s", TemplateBody: thingsTemplate(things) });
  await stack.cloud.advance("30s");
  stack.calls.length = 0;
}

function update(stack: StackTest, things: Parameters<typeof thingsTemplate>[0], more = {}) {
  return stack.client.UpdateStack({
    StackName: "s",
    TemplateBody: thingsTemplate(things),
    ...more,
  });
}

test("an update changes in place, replaces, adds and removes", async () => {
  const stack = createStackTest();
  await deployed(stack, {
    Same: { Value: "1" },
    InPlace: { Value: "1" },
    Replaced: { Fixed: "1" },
    User: { Value: { Ref: "Replaced" } },
    Gone: {},
  });
  const before = await stack.physical("s", "Replaced");
  await update(stack, {
    Same: { Value: "1" },
    InPlace: { Value: "2" },
    Replaced: { Fixed: "2" },
    User: { Value: { Ref: "Replaced" } },
    New: {},
  });
  await stack.cloud.advance("30s");
  assert.equal(await stack.status("s"), "UPDATE_COMPLETE");
  assert.deepEqual(stack.calls.toSorted(), [
    "create New",
    "create Replaced",
    "delete Gone",
    "delete Replaced",
    "update InPlace Value",
    "update User Value",
  ]);
  const after = await stack.physical("s", "Replaced");
  assert.notEqual(after, before);
  assert.equal(stack.things.get(await stack.physical("s", "User"))!.properties["Value"], after);
  assert.ok(!stack.things.has(before));
  assert.deepEqual((await stack.trail("s")).slice(-6), [
    "s UPDATE_COMPLETE_CLEANUP_IN_PROGRESS",
    ...(await stack.trail("s")).slice(-5),
  ]);
  await stack.cloud.stop();
});

test("an update without changes is refused", async () => {
  const stack = createStackTest();
  await deployed(stack, { A: { Value: "1" } });
  await assert.rejects(update(stack, { A: { Value: "1" } }), {
    code: "ValidationError",
    message: "No updates are to be performed.",
  });
  await update(stack, { A: { Value: "1" } }, { Tags: [{ Key: "team", Value: "shop" }] });
  await stack.cloud.advance("10s");
  assert.deepEqual(stack.calls, ["update A Tags"]);
  await stack.cloud.stop();
});

test("a failed update goes back to what was there", async () => {
  const stack = createStackTest();
  await deployed(stack, { InPlace: { Value: "1" }, Replaced: { Fixed: "1" }, Bad: {} });
  const before = await stack.physical("s", "Replaced");
  await update(stack, {
    InPlace: { Value: "2" },
    Replaced: { Fixed: "2" },
    New: {},
    Bad: {
      Fail: "update",
      Value: { "Fn::Join": ["", [{ Ref: "New" }, { Ref: "Replaced" }, { Ref: "InPlace" }]] },
    },
  });
  await stack.cloud.advance("60s");
  assert.equal(await stack.status("s"), "UPDATE_ROLLBACK_COMPLETE");
  assert.equal(await stack.physical("s", "Replaced"), before);
  const inPlace = stack.things.get(await stack.physical("s", "InPlace"))!;
  assert.equal(inPlace.properties["Value"], "1");
  assert.equal(stack.things.size, 3);
  const { TemplateBody } = await stack.client.GetTemplate({ StackName: "s" });
  assert.match(TemplateBody!, /"Bad":\{"Type":"Test::Fake::Thing","Properties":\{\}\}/);
  await update(stack, { InPlace: { Value: "3" }, Replaced: { Fixed: "1" }, Bad: {} });
  await stack.cloud.advance("60s");
  assert.equal(await stack.status("s"), "UPDATE_COMPLETE");
  await stack.cloud.stop();
});

test("a rollback that fails can be continued", async () => {
  const stack = createStackTest();
  await deployed(stack, { A: { Value: "1", Fail: "" }, B: { Value: "1" } });
  stack.things.get(await stack.physical("s", "A"))!;
  await update(stack, { A: { Value: "2", Fail: "" }, B: { Value: { Ref: "A" }, Fail: "update" } });
  // While the update waits, the way back is blocked.
  const original = stack.type.update!.bind(stack.type);
  let blocked = true;
  Object.assign(stack.type, {
    async update(request: UpdateRequest) {
      if (blocked && request.logicalId === "A" && request.properties["Value"] === "1")
        throw new Error("blocked");
      return original(request);
    },
  });
  await stack.cloud.advance("30s");
  assert.equal(await stack.status("s"), "UPDATE_ROLLBACK_FAILED");
  blocked = false;
  await stack.client.ContinueUpdateRollback({ StackName: "s" });
  await stack.cloud.advance("30s");
  assert.equal(await stack.status("s"), "UPDATE_ROLLBACK_COMPLETE");
  const a = stack.things.get(await stack.physical("s", "A"))!;
  assert.equal(a.properties["Value"], "1");
  await stack.cloud.stop();
});

test("an update can be cancelled", async () => {
  const stack = createStackTest();
  await deployed(stack, { A: { Value: "1" } });
  await update(stack, { A: { Value: "2", ReadyAfter: 600 } });
  await stack.cloud.advance("10s");
  await stack.client.CancelUpdateStack({ StackName: "s" });
  await stack.cloud.advance("30s");
  assert.equal(await stack.status("s"), "UPDATE_ROLLBACK_COMPLETE");
  await stack.cloud.stop();
});

test("change sets tell what would happen and then do it", async () => {
  const stack = createStackTest();
  const { client, cloud } = stack;
  const things = { A: { Fixed: "1" }, B: { Value: { Ref: "A" } } };
  await client.CreateChangeSet({
    StackName: "s",
    ChangeSetName: "first",
    ChangeSetType: "CREATE",
    IncludeNestedStacks: true,
    TemplateBody: thingsTemplate(things),
  });
  assert.equal(await stack.status("s"), "REVIEW_IN_PROGRESS");
  assert.equal((await client.GetTemplate({ StackName: "s" })).TemplateBody, "");
  await client.ExecuteChangeSet({ StackName: "s", ChangeSetName: "first" });
  await cloud.advance("10s");
  assert.equal(await stack.status("s"), "CREATE_COMPLETE");
  await client.CreateChangeSet({
    StackName: "s",
    ChangeSetName: "second",
    TemplateBody: thingsTemplate({ ...things, A: { Fixed: "2" }, C: {} }),
  });
  const { Changes } = await client.DescribeChangeSet({ StackName: "s", ChangeSetName: "second" });
  assert.deepEqual(
    Changes!.map(({ ResourceChange: change }) => [
      change!.LogicalResourceId,
      change!.Action,
      change!.Replacement,
      change!.Details?.map(
        (detail) => `${detail.Target?.Name} ${detail.ChangeSource} ${detail.Evaluation}`,
      ),
    ]),
    [
      ["A", "Modify", "True", ["Fixed DirectModification Static"]],
      ["B", "Modify", "False", ["Value ResourceReference Dynamic"]],
      ["C", "Add", undefined, []],
    ],
  );
  await client.CreateChangeSet({
    StackName: "s",
    ChangeSetName: "none",
    TemplateBody: thingsTemplate(things),
  });
  const none = await client.DescribeChangeSet({ StackName: "s", ChangeSetName: "none" });
  assert.equal(none.Status, "FAILED");
  assert.match(none.StatusReason!, /^The submitted information didn't contain changes\./);
  await client.ExecuteChangeSet({ StackName: "s", ChangeSetName: "second" });
  await cloud.advance("10s");
  assert.equal(await stack.status("s"), "UPDATE_COMPLETE");
  await cloud.stop();
});

test("a creation policy waits for signals, and fails without them", async () => {
  const { client, cloud, status, trail } = createStackTest();
  const policy = { $: { CreationPolicy: { ResourceSignal: { Count: 2, Timeout: "PT10M" } } } };
  await client.CreateStack({ StackName: "sig", TemplateBody: thingsTemplate({ A: policy }) });
  await client.CreateStack({ StackName: "late", TemplateBody: thingsTemplate({ A: policy }) });
  await cloud.advance("5m");
  for (const id of ["i-1", "i-2"])
    await client.SignalResource({
      StackName: "sig",
      LogicalResourceId: "A",
      UniqueId: id,
      Status: "SUCCESS",
    });
  await cloud.advance("10s");
  assert.equal(await status("sig"), "CREATE_COMPLETE");
  assert.equal((await trail("sig")).filter((line) => line === "A CREATE_IN_PROGRESS").length, 4);
  await cloud.advance("6m");
  assert.equal(await status("late"), "ROLLBACK_COMPLETE");
  await cloud.stop();
});

test("exports that are used hold their stack", async () => {
  const { client, cloud, status } = createStackTest();
  const exporter = thingsTemplate(
    { A: {} },
    { Outputs: { O: { Value: { Ref: "A" }, Export: { Name: "shared" } } } },
  );
  await client.CreateStack({ StackName: "one", TemplateBody: exporter });
  await cloud.advance("5s");
  await client.CreateStack({
    StackName: "two",
    TemplateBody: thingsTemplate({ B: { Value: { "Fn::ImportValue": "shared" } } }),
  });
  await cloud.advance("5s");
  assert.deepEqual((await client.ListImports({ ExportName: "shared" })).Imports, ["two"]);
  await client.DeleteStack({ StackName: "one" });
  await cloud.advance("5s");
  assert.equal(await status("one"), "DELETE_FAILED");
  await assert.rejects(
    client.CreateStack({
      StackName: "three",
      TemplateBody: thingsTemplate({ B: { Value: { "Fn::ImportValue": "nope" } } }),
    }),
    { message: "No export named nope found." },
  );
  await cloud.stop();
});

test("an output may read another stack's export", async () => {
  const stack = createStackTest();
  const { client, cloud } = stack;
  await client.CreateStack({
    StackName: "one",
    TemplateBody: thingsTemplate(
      { A: { Value: "1" } },
      { Outputs: { X: { Value: "a,b", Export: { Name: "letters" } } } },
    ),
  });
  await cloud.advance("30s");
  const letters = { "Fn::ImportValue": "letters" };
  await client.CreateStack({
    StackName: "two",
    TemplateBody: thingsTemplate(
      { B: { Value: "1" } },
      {
        Outputs: {
          All: { Value: letters },
          Second: { Value: { "Fn::Select": [1, { "Fn::Split": [",", letters] }] } },
        },
      },
    ),
  });
  await cloud.advance("30s");
  assert.equal(await stack.status("two"), "CREATE_COMPLETE");
  const { Stacks } = await client.DescribeStacks({ StackName: "two" });
  assert.deepEqual(
    Stacks?.[0]?.Outputs?.map(({ OutputValue }) => OutputValue),
    ["a,b", "b"],
  );
  await cloud.stop();
});
