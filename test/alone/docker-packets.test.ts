/** Security groups between containers: who may connect to whom, and that a change counts at once. */
import assert from "node:assert/strict";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { setTimeout as pause } from "node:timers/promises";
import { createDockerDriver } from "#compute/docker/docker-driver.ts";
import { ImpossibleImpairment } from "#compute/driver.ts";
import { createLog } from "#runtime/log.ts";
import { createScaledClock } from "#runtime/scaled-clock.ts";
import { createEc2Cloud } from "../../src/services/ec2/testing/ec2-cloud.ts";
import { OwnEngine, whyNoEngine } from "../docker/engine.ts";

const userData = `#!/bin/sh
mkdir -p /srv && echo page > /srv/index.html && httpd -p 8080 -h /srv
`;

test(
  "containers reach each other as their security groups say",
  { skip: whyNoEngine(), timeout: 110_000 },
  async (t) => {
    const own = await OwnEngine.start();
    const dataDir = await mkdtemp(join(tmpdir(), "fogbank-packets-"));
    const clock = createScaledClock({
      onError: (error) => {
        throw error;
      },
    });
    const engine = await own.connect();
    const log = createLog({ level: "silent" });
    const driver = await createDockerDriver({ engine, dataDir, clock, log });
    const cloud = createEc2Cloud({ compute: driver });
    const { ec2 } = cloud;
    t.after(async () => {
      await cloud.stop();
      await driver.close({ terminate: true });
      clock.stop();
      await own.remove();
      await rm(dataDir, { recursive: true, force: true });
    });
    const group = async (name: string) =>
      (await ec2.CreateSecurityGroup({ GroupName: name, Description: name })).GroupId!;
    const [web, app] = [await group("web"), await group("app")];
    const launch = async (groupId: string) => {
      const { Instances } = await ec2.RunInstances({
        ImageId: cloud.imageId,
        InstanceType: "t3.micro",
        MinCount: 1,
        MaxCount: 1,
        SecurityGroupIds: [groupId],
        UserData: Buffer.from(userData).toString("base64"),
      });
      return { id: Instances![0]!.InstanceId!, address: Instances![0]!.PrivateIpAddress! };
    };
    const until = async (holds: () => Promise<boolean>) => {
      for (let attempt = 0; attempt < 400; attempt++) {
        if (await holds()) return;
        await pause(50);
        await cloud.advance("100ms");
      }
      assert.fail("it did not come to pass");
    };
    const [client, backend] = [await launch(web), await launch(app)];
    for (const { id } of [client, backend])
      await until(async () => (await cloud.stateOf(id)) === "running");
    await until(async () => {
      const reach = (await driver.reach(backend.id, 8080)) as { host: string } | undefined;
      if (!reach) return false;
      return fetch(`http://${reach.host}:8080/`).then(
        (reply) => reply.ok,
        () => false,
      );
    });
    const ask = async (from: { id: string }, to: { address: string }) => {
      const command = ["curl", "-sm", "1", `http://${to.address}:8080/`];
      return (await driver.execute(from.id, command)).stdout.trim() || "nothing";
    };
    assert.equal(await ask(client, backend), "nothing", "no rule lets it in");
    await ec2.AuthorizeSecurityGroupIngress({
      GroupId: app,
      IpPermissions: [
        { IpProtocol: "tcp", FromPort: 8080, ToPort: 8080, UserIdGroupPairs: [{ GroupId: web }] },
      ],
    });
    await cloud.advance("1s");
    assert.equal(await ask(client, backend), "page");
    assert.equal(await ask(backend, client), "nothing", "rules have a direction");

    await driver.impair(client.id, { packetLoss: 1 });
    assert.equal(await ask(client, backend), "nothing", "all packets are lost");
    assert.equal(await ask(client, { address: "127.0.0.1" }), "page", "loopback's are not");
    await driver.impair(client.id, {});
    assert.equal(await ask(client, backend), "page");
    const timed = async () => {
      const startMs = performance.now();
      assert.equal(await ask(client, backend), "page");
      return performance.now() - startMs;
    };
    const usualMs = await timed();
    const delayed = driver.impair(client.id, { packetDelayMs: 200 });
    const refusal = await delayed.then(
      () => undefined,
      (error: unknown) => error,
    );
    if (refusal === undefined) {
      assert.ok((await timed()) > usualMs + 300, "a handshake and a request are late");
      await driver.impair(client.id, {});
    } else {
      assert.ok(refusal instanceof ImpossibleImpairment);
      assert.match(refusal.message, /the kernel has no network emulator, sch_netem|no tc/);
    }
    await ec2.ModifyInstanceAttribute({ InstanceId: client.id, Groups: [app] });
    await cloud.advance("1s");
    assert.equal(await ask(client, backend), "nothing", "it left the group that was let in");
  },
);
