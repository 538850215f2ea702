/** A test's cloud whose instances are containers of an engine of the test's own. */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { TestContext } from "node:test";
import { setTimeout as pause } from "node:timers/promises";
import { eventually } from "#runtime/testing/eventually.ts";
import { createDockerDriver } from "#compute/docker/docker-driver.ts";
import type { ComputeDriver } from "#compute/driver.ts";
import { createLog } from "#runtime/log.ts";
import { createScaledClock } from "#runtime/scaled-clock.ts";
import { createEc2Cloud, type Ec2Cloud } from "../../src/services/ec2/testing/ec2-cloud.ts";
import { OwnEngine } from "./engine.ts";

/** Answers "page" at port 8080. */
const userData = `#!/bin/sh
mkdir -p /srv && echo page > /srv/index.html && httpd -p 8080 -h /srv
`;

export interface Served {
  id: string;
  address: string;
}

export interface DockerCloud extends Ec2Cloud {
  driver: ComputeDriver;
  /** Launches an instance with a page and waits until it runs. */
  serve(more: { SecurityGroupIds: string[]; SubnetId?: string }): Promise<Served>;
  /** Lets time pass, the cloud's and the engine's, until it holds; fails when it does not. */
  until: (holds: () => Promise<boolean>) => Promise<void>;
}

/** Everything goes when the test has ended. */
export async function createDockerCloud(t: TestContext): Promise<DockerCloud> {
  const own = await OwnEngine.start();
  const dataDir = await mkdtemp(join(tmpdir(), "fogbank-docker-"));
  const clock = createScaledClock({
    onError: (error) => {
      throw error;
    },
  });
  const log = createLog({ level: "silent" });
  const driver = await createDockerDriver({ engine: await own.connect(), dataDir, clock, log });
  const cloud = createEc2Cloud({ compute: driver });
  t.after(async () => {
    await cloud.stop();
    await driver.close({ terminate: true });
    clock.stop();
    await own.remove();
    await rm(dataDir, { recursive: true, force: true });
  });
  const until = async (holds: () => Promise<boolean>) => {
    await eventually(holds.toString(), holds, async () => {
      await pause(50);
      await cloud.advance("100ms");
    });
  };
  return {
    ...cloud,
    driver,
    until,
    async serve(more) {
      const { Instances } = await cloud.ec2.RunInstances({
        ImageId: cloud.imageId,
        InstanceType: "t3.micro",
        MinCount: 1,
        MaxCount: 1,
        UserData: Buffer.from(userData).toString("base64"),
        ...more,
      });
      const { InstanceId, PrivateIpAddress } = Instances![0]!;
      await until(async () => (await cloud.stateOf(InstanceId!)) === "running");
      return { id: InstanceId!, address: PrivateIpAddress! };
    },
  };
}
