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
