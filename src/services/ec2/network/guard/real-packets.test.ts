import assert from "node:assert/strict";
import { once } from "node:events";
import { createServer, type Server } from "node:http";
import { connect } from "node:net";
import { test } from "node:test";
import type { Ec2Cloud } from "../../testing/ec2-cloud.ts";
import { createRealCloud } from "../../testing/real-cloud.ts";

const server = `require("node:http").createServer((q, s) => s.end(q.socket.remoteAddress.replace("::ffff:", ""))).listen(8080)`;
const userData = `#!/bin/sh\nnohup node -e '${server}' >/dev/null 2>&1 &\n`;

test("security groups hold between real machines, and a change counts at once", async (t) => {
  const cloud = await createRealCloud(t);
  const { ec2, harness, until } = cloud;
  const group = async (name: string) =>
    (await ec2.CreateSecurityGroup({ GroupName: name, Description: name })).GroupId!;
  const [web, app] = [await group("web"), await group("app")];
  const launch = async (groupId: string) => {
    const id = await cloud.launch(userData, { SecurityGroupIds: [groupId] });
    const { Reservations } = await ec2.DescribeInstances({ InstanceIds: [id] });
    return { id, address: Reservations![0]!.Instances![0]!.PrivateIpAddress! };
  };
  const client = await launch(web);
  const backend = await launch(app);
  for (const { id } of [client, backend])
    await until(async () => (await cloud.stateOf(id)) === "running");
  if (!(await harness.record(client.id)).ownAddress) return t.skip("needs eBPF, and root for it");
  await until(async () => isOpen(await harness.driver.reach(backend.id, 8080)));

  const ask = async (from: { id: string }, to: { address: string }, seconds = "60") => {
    const url = `http://${to.address}:8080/`;
    const { stdout } = await harness.driver.execute(from.id, ["curl", "-sm", seconds, url]);
    return stdout || "nothing";
  };
  assert.equal(await ask(client, backend, "0.7"), "nothing", "no rule lets it in");
  const rule = {
    GroupId: app,
    IpPermissions: [
      {
        IpProtocol: "tcp",
        FromPort: 8080,
        ToPort: 8080,
        UserIdGroupPairs: [{ GroupId: web }],
      },
    ],
  };
  await ec2.AuthorizeSecurityGroupIngress(rule);
  await cloud.advance("1s");
  assert.equal(await ask(client, backend), client.address, "a peer is its private address");
  assert.equal(await ask(backend, client, "0.7"), "nothing", "rules have a direction");

  await ec2.ModifyInstanceAttribute({ InstanceId: client.id, Groups: [app] });
  await cloud.advance("1s");
  assert.equal(await ask(client, backend, "0.7"), "nothing", "it left the group that was let in");
  await ec2.ModifyInstanceAttribute({ InstanceId: client.id, Groups: [web] });
  await cloud.advance("1s");
  assert.equal(await ask(client, backend), client.address);

  const balancer = await serveAs("127.66.1.1");
  t.after(() => balancer.close());
  await harness.driver.guard!.describe({
    id: "vpc-other",
    members: [{ privateIp: "10.9.0.3", at: { host: "127.66.1.1" }, groups: [] }],
    machines: new Map(),
  });
  const { port } = balancer.address() as { port: number };
  const viaInternet = ["curl", "-sm", "60", `http://127.66.1.1:${port}/`];
  const { stdout } = await harness.driver.execute(client.id, viaInternet);
  assert.equal(stdout, "balancer", "another network's balancer is reached as over the internet");

  const out = await ec2.DescribeSecurityGroupRules({
    Filters: [{ Name: "group-id", Values: [web] }],
  });
  await ec2.RevokeSecurityGroupEgress({
    GroupId: web,
    SecurityGroupRuleIds: out
      .SecurityGroupRules!.filter((one) => one.IsEgress)
      .map((one) => one.SecurityGroupRuleId!),
  });
  await cloud.advance("1s");
  assert.equal(await ask(client, backend, "0.7"), "nothing", "nothing may leave");
  const metadata = await harness.driver.execute(client.id, [
    "curl",
    "-sm",
    "60",
    "http://169.254.169.254/latest/meta-data/local-ipv4",
  ]);
  assert.match(metadata.stdout, /^(?:\d+\.){3}\d+$|Unauthorized/, "metadata needs no rule");
  assert.ok(await isOpen(await harness.driver.reach(backend.id, 8080)), "this host may connect");

  const flows = await harness.driver.guard!.takeFlows(backend.id);
  const seen = (accepted: boolean) =>
    flows!.some(
      (one) =>
        one.remoteIp === client.address &&
        one.localPort === 8080 &&
        one.direction === "ingress" &&
        one.accepted === accepted,
    );
  assert.ok(seen(true) && seen(false), "what passed and what did not was counted");
});

async function serveAs(host: string): Promise<Server> {
  const server = createServer((_request, reply) => reply.end("balancer")).listen(0, host);
  await once(server, "listening");
  return server;
}

async function isOpen(reach: Awaited<ReturnType<Ec2Cloud["simulated"]["reach"]>>) {
  if (!reach || "path" in reach) return false;
  return new Promise<boolean>((resolve) => {
    const socket = connect(reach, () => resolve(socket.destroy() !== undefined));
    socket.once("error", () => resolve(false));
  });
}
