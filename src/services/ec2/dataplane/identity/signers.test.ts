import assert from "node:assert/strict";
import { test } from "node:test";
import { createEc2Cloud } from "../../testing/ec2-cloud.ts";

test("a region has one certificate, whoever asks, and keeps it", async () => {
  const cloud = createEc2Cloud();
  const ask = async (account: string, region: string) =>
    cloud.host.askOwn("ec2", "instance-identity", {
      method: "GET",
      item: undefined,
      body: undefined,
      scope: { account, region },
    });
  const first = await ask("123456789012", "us-east-1");
  assert.deepEqual(await ask("210987654321", "us-east-1"), first);
  assert.notDeepEqual(await ask("123456789012", "eu-west-1"), first);
  await cloud.stop();
});
