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
