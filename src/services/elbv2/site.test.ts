import assert from "node:assert/strict";
import { once } from "node:events";
import { test } from "node:test";
import { createHttpClient } from "#http/client.ts";
import { readBody, type HttpHandler } from "#http/http.ts";
import { serve } from "#http/server.ts";
import { createBalancedCloud } from "./testing/balanced-cloud.ts";

test("a load balancer answers at the gateway under its DNS name, and WebSockets pass", async (context) => {
  const cloud = await createBalancedCloud(context);
  const port = await cloud.backend((request) =>
    request.headers["upgrade"]
      ? {
          status: 101,
          headers: { Upgrade: "echo", Connection: "Upgrade" },
          upgrade: (socket, head) => {
            socket.write(head);
            socket.pipe(socket);
          },
        }
      : { status: 200, headers: {}, body: request.body },
  );
  const balancer = await cloud.createBalancer();
  const { TargetGroupArn } = await cloud.createGroup();
  await cloud.elb.RegisterTargets({ TargetGroupArn, Targets: [{ Id: "127.0.0.1", Port: port }] });
  await cloud.listen(balancer.LoadBalancerArn!, { Type: "forward", TargetGroupArn });
  await cloud.advance("1s");

  const handler: HttpHandler = (request) => {
    const site = cloud.host.sites().find((one) => one.matches(request));
    return site ? site.handle(request) : { status: 404, headers: {} };
  };
  const { wall } = cloud.clock;
  const gateway = await serve({ host: "127.0.0.1", port: 0, wall, handler });
  const client = createHttpClient({ wall });
  context.after(async () => {
    client.close();
    await gateway.close(0);
  });
  const ask = (host: string, changes = {}) =>
    client.request({
      address: gateway,
      method: "POST",
      target: "/",
      rawHeaders: ["Host", host],
      body: "over the gateway",
      ...changes,
    });
  const name = balancer.DNSName!;
  for (const host of [name, `${name}:4566`, `${name.toUpperCase()}.localstack.cloud`]) {
    const response = await ask(host);
    assert.equal(response.status, 200);
    assert.equal(String(await readBody(response.body, 1000)), "over the gateway");
  }
  assert.equal((await ask("other-1.us-east-1.elb.localhost")).status, 503);
  assert.equal((await ask("127.0.0.1:4566")).status, 404);

  const rawHeaders = ["Host", name, "Connection", "Upgrade", "Upgrade", "echo"];
  const upgraded = await ask(name, { method: "GET", body: undefined, upgrade: true, rawHeaders });
  assert.equal(upgraded.status, 101);
  const { socket } = upgraded.upgraded!;
  socket.write("ping");
  socket.resume();
  const [echoed] = await once(socket, "data");
  assert.equal(String(echoed), "ping");
  socket.destroy();
});

test("the gateway's port is no way around security groups", async (context) => {
  const cloud = await createBalancedCloud(context);
  const group = await cloud.createSecurityGroup("web", { port: 80, cidr: "127.0.0.1/32" });
  const balancer = await cloud.createBalancer("web", { SecurityGroups: [group] });
  await cloud.listen(balancer.LoadBalancerArn!, {
    Type: "fixed-response",
    FixedResponseConfig: { StatusCode: "200" },
  });
  await cloud.advance("1s");
  const { wall } = cloud.clock;
  const handler: HttpHandler = (request) =>
    cloud.host
      .sites()
      .find((one) => one.matches(request))!
      .handle(request);
  const gateway = await serve({ host: "127.0.0.1", port: 0, wall, handler });
  context.after(() => gateway.close(0));
  const status = async (idleTimeoutMs: number, localAddress?: string) => {
    const client = createHttpClient({ wall });
    try {
      const { host, port } = gateway;
      const address = { host, port, ...(localAddress !== undefined && { localAddress }) };
      const rawHeaders = ["Host", balancer.DNSName!];
      const request = { address, method: "GET", target: "/", rawHeaders };
      return (await client.request({ ...request, idleTimeoutMs })).status;
    } catch (error) {
      return (error as { failure: string }).failure;
    } finally {
      client.close();
    }
  };
  assert.equal(await status(60_000), 200);
  assert.equal(await status(300, "127.80.1.1"), "timeout", "it comes as who it is");
  await cloud.ec2.RevokeSecurityGroupIngress({
    GroupId: group,
    IpPermissions: [
      { IpProtocol: "tcp", FromPort: 80, ToPort: 80, IpRanges: [{ CidrIp: "127.0.0.1/32" }] },
    ],
  });
  await cloud.advance("1s");
  assert.equal(await status(300), "timeout", "a connection that the gateway has kept is not used");
});
