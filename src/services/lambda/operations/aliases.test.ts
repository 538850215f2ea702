import assert from "node:assert/strict";
import { test } from "node:test";
import { drawVersion } from "../invoke/choose-version.ts";
import { createStage, whenSettled } from "../testing/stage.ts";
import { zip } from "#services/kit/zip.ts";

const saying = (word: string) => `export const handler = async () => "${word}";`;

test("an alias leads to its version, and on to the next when it is moved", async (t) => {
  const { cloud, create, call, lambda } = await createStage();
  t.after(() => cloud.stop());
  await create("shop", saying("old"), { Publish: true });
  await lambda.UpdateFunctionCode({
    FunctionName: "shop",
    ZipFile: zip({ "index.mjs": saying("new") }),
  });
  await whenSettled(lambda, "shop");
  await lambda.PublishVersion({ FunctionName: "shop" });
  await lambda.CreateAlias({ FunctionName: "shop", Name: "live", FunctionVersion: "1" });
  const live = () => call("shop", {}, { Qualifier: "live" });
  assert.deepEqual([(await live()).value, (await live()).version], ["old", "1"]);
  await lambda.UpdateAlias({
    FunctionName: "shop",
    Name: "live",
    RoutingConfig: { AdditionalVersionWeights: { "2": 1 } },
  });
  assert.equal((await live()).value, "new");
  await assert.rejects(lambda.DeleteFunction({ FunctionName: "shop", Qualifier: "1" }), {
    code: "ResourceConflictException",
  });
  await assert.rejects(
    lambda.CreateAlias({ FunctionName: "shop", Name: "other", FunctionVersion: "7" }),
    { message: "Function not found: arn:aws:lambda:us-east-1:123456789012:function:shop:7" },
  );
});

test("weights share the traffic", () => {
  const drawn = [0, 0.09, 0.1, 0.99].map((one) => drawVersion({ "2": 0.1 }, one));
  assert.deepEqual(drawn, ["2", "2", undefined, undefined]);
});
