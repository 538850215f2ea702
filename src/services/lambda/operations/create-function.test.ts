import assert from "node:assert/strict";
import { test } from "node:test";
import { WholeBody } from "#http/http.ts";
import { createStage, whenSettled } from "../testing/stage.ts";
import { zip } from "#services/kit/zip.ts";

const source = "export const handler = async () => process.env.MOOD ?? 'none';";

test("versions stay as they were published", async (t) => {
  const { cloud, create, call, lambda } = await createStage();
  t.after(() => cloud.stop());
  await create("mood", source, { Environment: { Variables: { MOOD: "calm" } }, Publish: true });
  await lambda.UpdateFunctionConfiguration({
    FunctionName: "mood",
    Environment: { Variables: { MOOD: "wild" } },
  });
  await whenSettled(lambda, "mood");
  assert.equal((await call("mood")).value, "wild");
  assert.equal((await call("mood", {}, { Qualifier: "1" })).value, "calm");
  assert.equal((await lambda.PublishVersion({ FunctionName: "mood" })).Version, "2");
  assert.equal((await lambda.PublishVersion({ FunctionName: "mood" })).Version, "2");
  const { Versions = [] } = await lambda.ListVersionsByFunction({ FunctionName: "mood" });
  assert.deepEqual(
    Versions.map(({ Version }) => Version),
    ["$LATEST", "1", "2"],
  );
});

test("what was published at once is answered as version 1, by the function's own ARN", async (t) => {
  const { cloud, lambda, role } = await createStage();
  t.after(() => cloud.stop());
  const made = await lambda.CreateFunction({
    FunctionName: "fresh",
    Role: role,
    Handler: "index.handler",
    Runtime: "nodejs22.x",
    Code: { ZipFile: zip({ "index.mjs": source }) },
    Publish: true,
  });
  assert.equal(made.Version, "1");
  assert.equal(made.FunctionArn, "arn:aws:lambda:us-east-1:123456789012:function:fresh");
  assert.equal(made.LastUpdateStatus, undefined);
  await whenSettled(lambda, "fresh");
  const found = await lambda.GetFunctionConfiguration({ FunctionName: "fresh", Qualifier: "1" });
  assert.equal(found.FunctionArn, `${made.FunctionArn}:1`);
});

test("new code runs in new environments", async (t) => {
  const { cloud, create, call, lambda } = await createStage();
  t.after(() => cloud.stop());
  await create("code", "export const handler = async () => 1;");
  assert.equal((await call("code")).value, 1);
  const ZipFile = zip({ "index.mjs": "export const handler = async () => 2;" });
  await lambda.UpdateFunctionCode({ FunctionName: "code", ZipFile });
  await whenSettled(lambda, "code");
  assert.equal((await call("code")).value, 2);
});

test("what AWS refuses is refused in its words", async (t) => {
  const { cloud, create, lambda, role } = await createStage();
  t.after(() => cloud.stop());
  await create("taken", source);
  const given = {
    FunctionName: "taken",
    Role: role,
    Handler: "index.handler",
    Runtime: "nodejs22.x" as const,
    Code: { ZipFile: zip({ "index.mjs": source }) },
  };
  await assert.rejects(lambda.CreateFunction(given), {
    code: "ResourceConflictException",
    message: "Function already exist: taken",
  });
  const other = { ...given, FunctionName: "other" };
  await assert.rejects(
    lambda.CreateFunction({ ...other, Code: { ZipFile: Buffer.from("no zip") } }),
    {
      message: "Could not unzip uploaded file. Please check your file, then try to upload again.",
    },
  );
  await assert.rejects(
    lambda.CreateFunction({ ...other, Role: "arn:aws:iam::123456789012:role/nobody" }),
    { message: "The role defined for the function cannot be assumed by Lambda." },
  );
  await assert.rejects(lambda.CreateFunction({ ...other, Runtime: "nodejs12.x" }), {
    message: /no longer supported/,
  });
  await assert.rejects(lambda.CreateFunction({ ...other, Runtime: "java21" }), {
    code: "NotImplemented",
  });
  await assert.rejects(
    lambda.CreateFunction({ ...other, Environment: { Variables: { AWS_REGION: "x" } } }),
    { message: /Reserved keys used in this request: AWS_REGION/ },
  );
});

test("packages come from buckets, small and large ones", async (t) => {
  const { cloud, call, lambda, role } = await createStage();
  t.after(() => cloud.stop());
  const s3 = cloud.clients.s3(cloud.caller);
  await s3.CreateBucket({ Bucket: "code" });
  const handler = "export const handler = async () => 'from S3';";
  const padding = Buffer.alloc(2 ** 20, "x");
  const packages = {
    small: zip({ "index.mjs": handler }),
    large: zip({ "index.mjs": handler, padding }),
  };
  for (const [name, bytes] of Object.entries(packages)) {
    await s3.PutObject({
      Bucket: "code",
      Key: name,
      Body: new WholeBody(Buffer.from(bytes)) as never,
    });
    await lambda.CreateFunction({
      FunctionName: name,
      Role: role,
      Handler: "index.handler",
      Runtime: "nodejs22.x",
      Code: { S3Bucket: "code", S3Key: name },
    });
    await whenSettled(lambda, name);
    assert.equal((await call(name)).value, "from S3");
  }
  await assert.rejects(
    lambda.UpdateFunctionCode({ FunctionName: "small", S3Bucket: "code", S3Key: "none" }),
    { message: /^Error occurred while GetObject\. S3 Error Code: NoSuchKey/ },
  );
});

test("a name may be one letter", async (t) => {
  const { cloud, create, call } = await createStage();
  t.after(() => cloud.stop());
  await create(
    "f",
    "export const handler = async () => process.env.AWS_ACCESS_KEY_ID !== undefined;",
  );
  assert.equal((await call("f")).value, true);
});

test("a package cannot leave its folder", async (t) => {
  const { cloud, lambda, role } = await createStage();
  t.after(() => cloud.stop());
  const ZipFile = zip({ "../outside.mjs": source });
  await assert.rejects(
    lambda.CreateFunction({
      FunctionName: "sly",
      Role: role,
      Handler: "x.y",
      Runtime: "nodejs22.x",
      Code: { ZipFile },
    }),
    { code: "InvalidParameterValueException" },
  );
});

test("a program of one's own runs as a provided runtime", async (t) => {
  const { cloud, call, lambda, role } = await createStage();
  t.after(() => cloud.stop());
  const bootstrap = `#!/bin/sh
    exec "${process.execPath}" "$LAMBDA_TASK_ROOT/loop.mjs"`;
  const loop = `
    const base = "http://" + process.env.AWS_LAMBDA_RUNTIME_API + "/2018-06-01/runtime/invocation/";
    for (;;) {
      const next = await fetch(base + "next");
      const id = next.headers.get("lambda-runtime-aws-request-id");
      const event = await next.json();
      await fetch(base + id + "/response", { method: "POST", body: JSON.stringify({ told: event.word }) });
    }`;
  const ZipFile = zip({ bootstrap, "loop.mjs": loop }, { bootstrap: 0o100755 });
  await lambda.CreateFunction({
    FunctionName: "own",
    Role: role,
    Handler: "none",
    Runtime: "provided.al2023",
    Code: { ZipFile },
  });
  await whenSettled(lambda, "own");
  assert.deepEqual((await call("own", { word: "hi" })).value, { told: "hi" });
});
