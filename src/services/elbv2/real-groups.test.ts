import assert from "node:assert/strict";
import { test } from "node:test";
import {
  createProcessHarness,
  type ProcessHarness,
} from "#compute/process/testing/process-harness.ts";
import { ask } from "#services/kit/load-balancing/testing/ask.ts";
import { publicImages } from "#services/kit/facts/public-images.ts";
import { listeners } from "./records.ts";
import { createBalancedCloud, type BalancedCloud } from "./testing/balanced-cloud.ts";

const server = `require("node:http").createServer((q, s) => s.end("from the target")).listen(8080)`;
const userData = `#!/bin/sh\nnohup node -e '${server}' >/dev/null 2>&1 &\n`;

test("real machines, a load balancer and groups as sources: each lets in whom its group names", async (context) => {
  const harness = await createProcessHarness();
  context.after(() => harness.dispose());
  const cloud = await createBalancedCloud(context, { compute: harness.driver });
  const { ec2, elb } = cloud;
  const [clients, edge, targets] = [
    await cloud.createSecurityGroup("clients"),
    await cloud.createSecurityGroup("edge"),
    await cloud.createSecurityGroup("targets"),
  ];
  const allow = (GroupId: string, port: number, peer: string) =>
    ec2.AuthorizeSecurityGroupIngress({ GroupId, IpPermissions: [from(port, peer)] });
  const from = (port: number, peer: string) => ({
    IpProtocol: "tcp",
    FromPort: port,
    ToPort: port,
    UserIdGroupPairs: [{ GroupId: peer }],
  });
  await allow(targets, 8080, edge);
  const launch = async (groupId: string) => {
    const { Instances } = await ec2.RunInstances({
      ImageId: publicImages("us-east-1")[0]!.imageId,
      InstanceType: "t3.micro",
      MinCount: 1,
      MaxCount: 1,
      SubnetId: cloud.subnets[0],
      SecurityGroupIds: [groupId],
      UserData: Buffer.from(userData).toString("base64"),
    });
    return Instances![0]!.InstanceId!;
  };
  const [client, target] = [await launch(clients), await launch(targets)];
  await until(cloud, harness, async () => {
    const { Reservations } = await ec2.DescribeInstances({});
    return Reservations!.every(({ Instances }) => Instances![0]!.State!.Name === "running");
  });
  if (!(await harness.record(client)).ownAddress)
    return context.skip("needs eBPF, and root for it");

  const web = await cloud.createBalancer("web", { SecurityGroups: [edge] });
  const group = await cloud.createGroup({
    TargetType: "instance",
    Port: 8080,
    HealthCheckIntervalSeconds: 5,
    HealthCheckTimeoutSeconds: 2,
    HealthyThresholdCount: 2,
    UnhealthyThresholdCount: 2,
  });
  const { TargetGroupArn } = group;
  await elb.RegisterTargets({ TargetGroupArn, Targets: [{ Id: target }] });
  await cloud.listen(web.LoadBalancerArn!, { Type: "forward", TargetGroupArn });
  const health = async () => String((await cloud.healthOf(TargetGroupArn!))[0]);
  // The target's group names the load balancer's and nobody else.
  await until(cloud, harness, async () => (await health()) === "healthy");

  const [record] = await cloud.store.transaction((tx) => listeners.list(tx, cloud.caller));
  const bound = record!.bound!;
  const askFrom = async (id: string) => {
    const url = `http://${bound.host}:${bound.port}/`;
    const { stdout } = await harness.driver.execute(id, ["curl", "-sm", "0.7", url]);
    return stdout || "nothing";
  };
  assert.equal(await askFrom(client), "nothing", "nobody is let in yet");
  await allow(edge, 80, clients);
  await cloud.advance("1s");
  assert.equal(await askFrom(client), "from the target");
  assert.equal(await askFrom(target), "nothing", "it is in another group");
  assert.equal(await ask(bound), "nothing", "so is this machine");
  await ec2.ModifyInstanceAttribute({ InstanceId: target, Groups: [targets, clients] });
  await cloud.advance("1s");
  assert.equal(await askFrom(target), "from the target", "it has joined");

  const all = { IpProtocol: "-1", IpRanges: [{ CidrIp: "0.0.0.0/0" }] };
  await ec2.RevokeSecurityGroupEgress({ GroupId: edge, IpPermissions: [all] });
  await until(cloud, harness, async () => (await health()) === "unhealthy,Target.Timeout");
  await ec2.AuthorizeSecurityGroupEgress({ GroupId: edge, IpPermissions: [from(8080, targets)] });
  await until(cloud, harness, async () => (await health()) === "healthy");
  await ec2.RevokeSecurityGroupIngress({
    GroupId: targets,
    IpPermissions: [from(8080, edge)],
  });
  await until(cloud, harness, async () => (await health()) === "unhealthy,Target.Timeout");
});

/** Real machines take wall time; the cloud's clock follows so that nothing due is missed. */
async function until(
  cloud: BalancedCloud,
  harness: ProcessHarness,
  holds: () => Promise<boolean>,
): Promise<void> {
  for (let attempt = 0; attempt < 400; attempt++) {
    if (await holds()) return;
    await harness.pass();
    await cloud.advance("200ms");
  }
  assert.fail("it did not come to pass");
}
