import assert from "node:assert/strict";
import { test } from "node:test";
import { rootPrincipal } from "#services/kit/principal.ts";
import { createStage } from "../testing/stage.ts";
import { zip } from "#services/kit/zip.ts";

test("what layers bring is in /opt, later ones over earlier ones", async (t) => {
  const { cloud, create, call, lambda } = await createStage();
  t.after(() => cloud.stop());
  const publish = async (LayerName: string, text: string) => {
    const ZipFile = zip({ "who.txt": text, [`${LayerName}.txt`]: "here" });
    return (await lambda.PublishLayerVersion({ LayerName, Content: { ZipFile } })).LayerVersionArn!;
  };
  const Layers = [await publish("first", "first"), await publish("second", "second")];
  const source = `
    import { readdirSync, readFileSync } from "node:fs";
    const opt = process.env.PATH.split(":").at(-1).replace(/\\/bin$/, "");
    export const handler = async () => [readFileSync(opt + "/who.txt", "utf8"), readdirSync(opt).sort()];`;
  await create("layered", source, { Layers });
  const { value } = await call("layered");
  assert.deepEqual(value, ["second", ["first.txt", "second.txt", "who.txt"]]);
  await lambda.DeleteLayerVersion({ LayerName: "first", VersionNumber: 1 });
  const { Layers: left = [] } = await lambda.ListLayers({});
  assert.deepEqual(
    left.map(({ LayerName }) => LayerName),
    ["second"],
  );
  await assert.rejects(create("late", source, { Layers }), { message: /does not exist/ });
});

test("another account may use a layer that lets it", async (t) => {
  const { cloud, lambda } = await createStage();
  t.after(() => cloud.stop());
  const { LayerVersionArn } = await lambda.PublishLayerVersion({
    LayerName: "shared",
    Content: { ZipFile: zip({ "a.txt": "a" }) },
  });
  const account = "999999999999";
  const other = cloud.clients.lambda({
    account,
    region: "us-east-1",
    principal: rootPrincipal(account, "us-east-1"),
  });
  const get = () => other.GetLayerVersionByArn({ Arn: LayerVersionArn });
  await assert.rejects(get(), { code: "AccessDeniedException" });
  const version = { LayerName: "shared", VersionNumber: 1 };
  const statement = {
    ...version,
    StatementId: "them",
    Action: "lambda:GetLayerVersion",
    Principal: account,
  };
  const { Statement, RevisionId } = await lambda.AddLayerVersionPermission(statement);
  assert.deepEqual(JSON.parse(Statement!), {
    Sid: "them",
    Effect: "Allow",
    Principal: { AWS: `arn:aws:iam::${account}:root` },
    Action: "lambda:GetLayerVersion",
    Resource: LayerVersionArn,
  });
  assert.equal((await get()).Version, 1);
  await assert.rejects(lambda.AddLayerVersionPermission(statement), {
    code: "ResourceConflictException",
  });
  const { Policy } = await lambda.GetLayerVersionPolicy(version);
  assert.equal(JSON.parse(Policy!).Statement.length, 1);
  await assert.rejects(
    lambda.RemoveLayerVersionPermission({ ...version, StatementId: "them", RevisionId: "old" }),
    { code: "PreconditionFailedException" },
  );
  await lambda.RemoveLayerVersionPermission({ ...version, StatementId: "them", RevisionId });
  await assert.rejects(get(), { code: "AccessDeniedException" });
  await assert.rejects(lambda.GetLayerVersionPolicy(version), {
    code: "ResourceNotFoundException",
  });
});
