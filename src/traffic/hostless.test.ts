/**
 * "For HTTP/1.0 requests from clients that do not have a host header, the load balancer generates a host header for the
 * HTTP/1.1 requests sent on the backend connections."
 * https://docs.aws.amazon.com/elasticloadbalancing/latest/userguide/how-elastic-load-balancing-works.html#http-connections
 */
import assert from "node:assert/strict";
import { connect } from "node:net";
import { test } from "node:test";
import { text } from "node:stream/consumers";
import type { HttpHandler } from "#http/http.ts";
import type { ActionConfig } from "./application/config.ts";
import { createStage, defaultRule, listener, target } from "./application/testing/stage.ts";
import { createClassicStage, instance } from "./classic/testing/stage.ts";

const tellHost: HttpHandler = ({ headers }) => ({
  status: 200,
  headers: {},
  body: `host=${headers["host"]}`,
});

async function askWithoutHost(port: number, path = "/"): Promise<string> {
  const socket = connect(port, "127.0.0.1");
  socket.write(`GET ${path} HTTP/1.0\r\nX-A: 1\r\n\r\n`);
  return text(socket);
}

test("behind an application load balancer the host is the balancer's name", async (context) => {
  const stage = createStage(context);
  const server = await stage.backend(tellHost);
  await stage.forwardTo([target(server)]);
  assert.match(await askWithoutHost(stage.port), /host=lb-1\.us-east-1\.elb\.localhost$/);
  const action: ActionConfig = {
    type: "redirect",
    status: 301,
    protocol: "HTTPS",
    host: "#{host}",
    port: "443",
    path: "/#{path}",
    query: "#{query}",
  };
  await stage.configure({ listeners: [listener([defaultRule(action)])] });
  assert.match(
    await askWithoutHost(stage.port, "/a"),
    /Location: https:\/\/lb-1\.us-east-1\.elb\.localhost:443\/a\r\n/,
  );
});

test("behind a classic load balancer the host is the node's address", async (context) => {
  const stage = createClassicStage(context);
  const server = await stage.backend(tellHost);
  await stage.configure({ instances: [instance("i-1", server.port)] });
  assert.match(await askWithoutHost(stage.at().port), /host=192\.0\.2\.1$/);
});
