/** Security groups between containers: who may connect to whom, and that a change counts at once. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { ImpossibleImpairment } from "#compute/driver.ts";
import { createDockerCloud } from "../docker/cloud.ts";
import { whyNoEngine } from "../docker/engine.ts";

test(
  "containers reach each other as their security groups say",
  { skip: whyNoEngine(), timeout: 300_000 },
  async (t) => {
    const cloud = await createDockerCloud(t);
    const { driver, ec2, until } = cloud;
    const group = async (name: string) =>
      (await ec2.CreateSecurityGroup({ GroupName: name, Description: name })).GroupId!;
    const [web, app] = [await group("web"), await group("app")];
    const launch = (groupId: string) => cloud.serve({ SecurityGroupIds: [groupId] });
    const [client, backend] = [await launch(web), await launch(app)];
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
