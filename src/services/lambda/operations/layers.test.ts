import assert from "node:assert/strict";
import { test } from "node:test";
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
