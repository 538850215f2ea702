import assert from "node:assert/strict";
import { test } from "node:test";
import { packTar } from "modern-tar";
import { fillOnce } from "./guest-volume.ts";
import { inspectImage } from "./images.ts";
import { createDockerHarness, testBase, whyNoDocker } from "./testing/docker-harness.ts";

const skip = (await whyNoDocker()) ?? false;

test(
  "of all who want a volume at once one fills it, the others wait until it has",
  { skip },
  async (t) => {
    const harness = await createDockerHarness();
    const name = `fogbank-test-fill-${process.pid}`;
    const { engine, clock } = harness;
    t.after(async () => {
      await engine.call("DELETE", `/volumes/${name}`);
      await harness.dispose();
    });
    let packed = 0;
    const archive = () => {
      packed++;
      return packTar([{ header: { name: "file", size: 5, type: "file" }, body: "whole" }]);
    };
    const { Id: imageId } = (await inspectImage(engine, testBase))!;
    const fill = () => fillOnce(engine, { name, imageId, wall: clock.wall }, archive);
    await Promise.all(Array.from({ length: 8 }, fill));
    await fill();
    assert.equal(packed, 1);
  },
);
