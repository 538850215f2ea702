/** Systems Manager's commands and sessions on containers, and a subnet that an experiment cuts off. */
import assert from "node:assert/strict";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { setTimeout as pause } from "node:timers/promises";
import { createDockerDriver } from "#compute/docker/docker-driver.ts";
import { createLog } from "#runtime/log.ts";
import { createScaledClock } from "#runtime/scaled-clock.ts";
import { createEc2Cloud } from "../../src/services/ec2/testing/ec2-cloud.ts";
import { OwnEngine, whyNoEngine } from "../docker/engine.ts";

const userData = `#!/bin/sh
mkdir -p /srv && echo page > /srv/index.html && httpd -p 8080 -h /srv
`;

test(
  "a command of Systems Manager runs in a container, and its network can be cut off",
  { skip: whyNoEngine(), timeout: 110_000 },
  async (t) => {
    const own = await OwnEngine.start();
    const dataDir = await mkdtemp(join(tmpdir(), "fogbank-commands-"));
    const clock = createScaledClock({
      onError: (error) => {
        throw error;
      },
    });
    const log = createLog({ level: "silent" });
    const driver = await createDockerDriver({ engine: await own.connect(), dataDir, clock, log });
    const cloud = createEc2Cloud({ compute: driver });
    const { ec2 } = cloud;
    const ssm = cloud.clients.ssm(cloud.caller);
    t.after(async () => {
      await cloud.stop();
      await driver.close({ terminate: true });
      clock.stop();
      await own.remove();
      await rm(dataDir, { recursive: true, force: true });
    });
    const { GroupId } = await ec2.CreateSecurityGroup({ GroupName: "open", Description: "open" });
    await ec2.AuthorizeSecurityGroupIngress({
      GroupId,
      IpPermissions: [{ IpProtocol: "-1", IpRanges: [{ CidrIp: "172.31.0.0/16" }] }],
    });
    const { Subnets } = await ec2.DescribeSubnets({});
    const launch = async (subnet: number) => {
      const { Instances } = await ec2.RunInstances({
        ImageId: cloud.imageId,
        InstanceType: "t3.micro",
        MinCount: 1,
        MaxCount: 1,
        SubnetId: Subnets![subnet]!.SubnetId!,
        SecurityGroupIds: [GroupId!],
        UserData: Buffer.from(userData).toString("base64"),
      });
      const { InstanceId, PrivateIpAddress } = Instances![0]!;
      return { id: InstanceId!, address: PrivateIpAddress! };
    };
    const until = async (holds: () => Promise<boolean>) => {
      for (let attempt = 0; attempt < 400; attempt++) {
        if (await holds()) return;
        await pause(50);
        await cloud.advance("100ms");
      }
      assert.fail("it did not come to pass");
    };
    const [one, other] = [await launch(0), await launch(1)];
    for (const { id } of [one, other])
      await until(async () => (await cloud.stateOf(id)) === "running");

    /** What the commands print, as GetCommandInvocation shows it. */
    const run = async (...commands: string[]) => {
      const { Command } = await ssm.SendCommand({
        DocumentName: "AWS-RunShellScript",
        InstanceIds: [one.id],
        Parameters: { commands },
      });
      const asked = { CommandId: Command!.CommandId!, InstanceId: one.id };
      const invocation = () => ssm.GetCommandInvocation(asked);
      await until(
        async () => !["Pending", "InProgress"].includes((await invocation()).Status ?? ""),
      );
      const { Status, StandardOutputContent } = await invocation();
      return { status: Status, output: StandardOutputContent?.trim() };
    };
    assert.deepEqual(await run("hostname -i", "echo $((40 + 2))"), {
      status: "Success",
      output: `${one.address}\n42`,
    });
    assert.equal((await run("exit 3")).status, "Failed");

    const ask = `curl -sm 1 http://${other.address}:8080/ || echo nothing`;
    await until(async () => (await run(ask)).output === "page");
    const scope = { account: cloud.caller.account, region: "us-east-1" };
    const begun = (await cloud.host.askOwn("ec2", "experiments", {
      method: "POST",
      item: undefined,
      scope,
      body: {
        targets: {
          net: { resourceType: "aws:ec2:subnet", resourceArns: [Subnets![1]!.SubnetArn] },
        },
        actions: {
          cut: {
            actionId: "aws:network:disrupt-connectivity",
            parameters: { scope: "all", duration: "PT30M" },
            targets: { Subnets: "net" },
          },
        },
      },
    })) as { experimentId: string };
    await until(async () => (await run(ask)).output === "nothing");
    await cloud.host.askOwn("ec2", "experiments", {
      method: "DELETE",
      item: begun.experimentId,
      scope,
      body: undefined,
    });
    await until(async () => (await run(ask)).output === "page");
  },
);
