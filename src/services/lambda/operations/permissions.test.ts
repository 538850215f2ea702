import assert from "node:assert/strict";
import { test } from "node:test";
import { asService } from "#services/kit/principal.ts";
import { createStage } from "../testing/stage.ts";

test("a service may invoke when the function's policy says so, for the source that it names", async (t) => {
  const { cloud, create, lambda } = await createStage();
  t.after(() => cloud.stop());
  await create("guarded", "export const handler = async () => 1;");
  const topic = (name: string) => `arn:aws:sns:us-east-1:123456789012:${name}`;
  const by = (name: string) =>
    cloud.clients
      .lambda(asService(cloud.caller, "sns.amazonaws.com", topic(name)))
      .Invoke({ FunctionName: "guarded" });
  await assert.rejects(by("orders"), { code: "AccessDeniedException" });
  const { Statement } = await lambda.AddPermission({
    FunctionName: "guarded",
    StatementId: "topic",
    Action: "lambda:InvokeFunction",
    Principal: "sns.amazonaws.com",
    SourceArn: topic("orders"),
  });
  assert.deepEqual(JSON.parse(Statement!), {
    Sid: "topic",
    Effect: "Allow",
    Principal: { Service: "sns.amazonaws.com" },
    Action: "lambda:InvokeFunction",
    Resource: "arn:aws:lambda:us-east-1:123456789012:function:guarded",
    Condition: { ArnLike: { "AWS:SourceArn": topic("orders") } },
  });
  assert.equal((await by("orders")).StatusCode, 200);
  await assert.rejects(by("others"), { code: "AccessDeniedException" });
  await lambda.RemovePermission({ FunctionName: "guarded", StatementId: "topic" });
  await assert.rejects(lambda.GetPolicy({ FunctionName: "guarded" }), {
    code: "ResourceNotFoundException",
  });
});

test("a function's policy grows to 20480 bytes and no further, each change where it is known", async (t) => {
  const { cloud, create, lambda } = await createStage();
  t.after(() => cloud.stop());
  await create("guarded", "export const handler = async () => 1;");
  const add = (StatementId: string, RevisionId?: string) =>
    lambda.AddPermission({
      FunctionName: "guarded",
      StatementId,
      Action: "lambda:InvokeFunction",
      Principal: "sns.amazonaws.com",
      SourceArn: `arn:aws:sns:us-east-1:123456789012:${"x".repeat(200)}`,
      RevisionId,
    });
  await add("one");
  await assert.rejects(add("one"), { code: "ResourceConflictException" });
  await assert.rejects(add("two", "an-older-one"), { code: "PreconditionFailedException" });
  const { RevisionId } = await lambda.GetPolicy({ FunctionName: "guarded" });
  await add("two", RevisionId);
  await assert.rejects(
    async () => {
      for (let count = 3; count < 100; count++) await add(`statement-${count}`);
    },
    {
      code: "PolicyLengthExceededException",
      message: /^The final policy size \(20[4-9]\d\d\) is bigger than the limit \(20480\)\.$/,
    },
  );
});
