import assert from "node:assert/strict";
import { test } from "node:test";
import { setImmediate } from "node:timers/promises";
import { createDockerHarness, whyNoDocker } from "./testing/docker-harness.ts";

const skip = (await whyNoDocker()) ?? false;

test(
  "a machine that is launched while the last one of its VPC ends has a network",
  { skip },
  async (t) => {
    const harness = await createDockerHarness();
    t.after(() => harness.dispose());
    const launch = (count: number) =>
      harness.driver.launch({
        id: `i-${count}`,
        image: { id: "ami-base" },
        environment: {},
        cpus: 1,
        memoryBytes: 256 * 1024 ** 2,
        hostname: `ip-10-214-9-${count}.ec2.internal`,
        privateIp: `10.214.9.${count}`,
        network: { id: "vpc-last", cidr: "10.214.9.0/24" },
        labels: {},
      });
    await launch(10);
    for (let count = 11; count < 13; count++) {
      const before = `i-${count - 1}`;
      const ended = harness.driver.terminate(before);
      await harness.pass();
      while ((await harness.driver.observe(before)).state !== "absent") await setImmediate();
      await Promise.all([ended, launch(count)]);
      assert.equal((await harness.driver.observe(`i-${count}`)).state, "running");
    }
  },
);
