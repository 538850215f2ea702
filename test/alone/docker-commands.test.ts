/** Systems Manager's commands and sessions on containers, and a subnet that an experiment cuts off. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { createDockerCloud } from "../docker/cloud.ts";
import { whyNoEngine } from "../docker/engine.ts";

test(
  "a command of Systems Manager runs in a container, and its network can be cut off",
  { skip: whyNoEngine(), timeout: 300_000 },
  async (t) => {
    const cloud = await createDockerCloud(t);
    const { ec2, until } = cloud;
    const ssm = cloud.clients.ssm(cloud.caller);
    const { GroupId } = await ec2.CreateSecurityGroup({ GroupName: "open", Description: "open" });
    await ec2.AuthorizeSecurityGroupIngress({
      GroupId,
      IpPermissions: [{ IpProtocol: "-1", IpRanges: [{ CidrIp: "172.31.0.0/16" }] }],
    });
    const { Subnets } = await ec2.DescribeSubnets({});
    const launch = (subnet: number) =>
      cloud.serve({ SubnetId: Subnets![subnet]!.SubnetId!, SecurityGroupIds: [GroupId!] });
    const [one, other] = [await launch(0), await launch(1)];

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
