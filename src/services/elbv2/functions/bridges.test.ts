import assert from "node:assert/strict";
import { connect } from "node:net";
import { test } from "node:test";
import { createTestCloud } from "#cloud/testing/test-cloud.ts";
import type { Reach } from "#compute/driver.ts";
import { createLog } from "#runtime/log.ts";
import type { Environment } from "#services/kit/service.ts";
import type { TargetGroupRecord } from "../records.ts";
import { createFunctionBridges } from "./bridges.ts";

const isOpen = (at: Reach) =>
  new Promise<boolean>((resolve) => {
    const socket = connect(at);
    socket.on("error", () => resolve(false));
    socket.on("connect", () => {
      socket.destroy();
      resolve(true);
    });
  });

test("bridges to functions that left their group are closed, and those of others stay", async (context) => {
  const cloud = createTestCloud();
  const { clock, store, clients, caller } = cloud;
  const log = createLog({ level: "silent" });
  const bridges = createFunctionBridges({ clock, store, clients, log } as Environment);
  context.after(async () => {
    await bridges.close();
    await cloud.stop();
  });
  const group = (name: string, id: number) =>
    ({
      name,
      arn: `arn:aws:elasticloadbalancing:::targetgroup/${name}/${id}`,
    }) as TargetGroupRecord;
  const [app, again, other] = [group("app", 1), group("app", 2), group("other", 3)];
  const reaches = {
    gone: await bridges.reach(caller, app, "one"),
    stays: await bridges.reach(caller, app, "two"),
    other: await bridges.reach(caller, other, "one"),
    elsewhere: await bridges.reach({ ...caller, region: "eu-west-1" }, group("app", 4), "one"),
  };
  const open = async () =>
    Promise.all(Object.entries(reaches).map(async ([name, at]) => (await isOpen(at)) && name));
  assert.deepEqual(await bridges.reach(caller, app, "two"), reaches.stays);
  await bridges.retain(caller, "app", { groupArn: app.arn, functionArns: ["two"] });
  assert.deepEqual(await open(), [false, "stays", "other", "elsewhere"]);
  // The group was deleted, and another one has its name.
  await bridges.retain(caller, "app", { groupArn: again.arn, functionArns: ["two"] });
  assert.deepEqual(await open(), [false, false, "other", "elsewhere"]);
});
