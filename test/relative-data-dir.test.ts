/** The data directory is usually named relatively (`.fogbank`), and what runs below it runs elsewhere. */
import assert from "node:assert/strict";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, relative } from "node:path";
import { test } from "node:test";
import { IAM } from "@aws-sdk/client-iam";
import { Lambda, waitUntilFunctionActiveV2 } from "@aws-sdk/client-lambda";
import { startCloud } from "#cloud/cloud.ts";
import { zip } from "#services/kit/zip.ts";

const trust = {
  Version: "2012-10-17",
  Statement: {
    Effect: "Allow",
    Principal: { Service: "lambda.amazonaws.com" },
    Action: "sts:AssumeRole",
  },
};

test("a function runs in a cloud whose data directory is named relatively", async (t) => {
  const place = await mkdtemp(join(tmpdir(), "fogbank-test-"));
  const dataDir = relative(process.cwd(), place);
  const cloud = await startCloud({ dataDir, compute: "simulated", logLevel: "error" });
  t.after(async () => {
    await cloud.stop();
    await rm(place, { recursive: true, force: true });
  });
  const options = {
    endpoint: cloud.endpoint,
    region: "us-east-1",
    credentials: { accessKeyId: "test", secretAccessKey: "test" },
  };
  const { Role } = await new IAM(options).createRole({
    RoleName: "functions",
    AssumeRolePolicyDocument: JSON.stringify(trust),
  });
  const client = new Lambda(options);
  await client.createFunction({
    FunctionName: "hello",
    Runtime: "nodejs22.x",
    Handler: "index.handler",
    Timeout: 60,
    Role: Role!.Arn!,
    Code: { ZipFile: zip({ "index.js": "exports.handler = async () => 'hello';" }) },
  });
  await waitUntilFunctionActiveV2(
    { client, maxWaitTime: 120, minDelay: 1, maxDelay: 1 },
    { FunctionName: "hello" },
  );
  const { FunctionError, Payload } = await client.invoke({ FunctionName: "hello" });
  assert.equal(Buffer.from(Payload!).toString(), '"hello"');
  assert.equal(FunctionError, undefined);
});
