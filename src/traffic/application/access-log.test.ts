import assert from "node:assert/strict";
import { once } from "node:events";
import { connect, createServer, type Socket } from "node:net";
import { test, type TestContext } from "node:test";
import { hasIpv6 } from "#services/elbv2/ip-address-type.ts";
import { failureField, failureText } from "./function-failure.ts";
import { handshake, secure, talk, tlsConfig } from "./testing/secure-stage.ts";
import {
  createStage,
  defaultRule,
  forward,
  listener,
  pause,
  target,
  targetGroup,
} from "./testing/stage.ts";

/** As AWS names the fields. https://docs.aws.amazon.com/elasticloadbalancing/latest/application/load-balancer-access-logs.html */
const names = [
  "type time elb client target request_time target_time response_time elb_status target_status",
  "received sent request agent cipher protocol group trace_id domain certificate priority created",
  "actions redirect error_reason target_list status_list classification classification_reason",
  "connection transformed_host transformed_uri transform_status node",
]
  .join(" ")
  .split(" ");

function logged(context: TestContext) {
  const stage = createStage(context);
  let lines: string[] = [];
  return Object.assign(stage, {
    /** The fields of the next line, quotes and all. */
    async line(): Promise<Record<string, string>> {
      for (;;) {
        for (const log of await stage.plane.accessLogs())
          if (log.kind === "access") lines.push(...log.lines);
        const [first, ...rest] = lines;
        lines = rest;
        if (first === undefined) {
          await pause(1);
          continue;
        }
        const fields = first.match(/"[^"]*"|\S+/g)!;
        assert.equal(fields.length, names.length, first);
        return Object.fromEntries(fields.map((field, index) => [names[index], field]));
      }
    },
  });
}

async function say(port: number, text: string, host = "127.0.0.1"): Promise<Socket> {
  const socket = connect({ port, host });
  socket.on("error", () => {});
  await once(socket, "connect");
  socket.write(text);
  return socket;
}

async function heard(socket: Socket): Promise<string> {
  let text = "";
  for await (const piece of socket) text += String(piece);
  return text;
}

test("a request that a target answered", async (context) => {
  const stage = logged(context);
  const backend = await stage.backend(() => ({ status: 201, headers: {}, body: "hello" }));
  await stage.forwardTo([target(backend)], {}, { accessLog: true });
  const { port } = stage;
  await heard(
    await say(
      port,
      'POST /a?b HTTP/1.1\r\nHost: shop.example\r\nConnection: close\r\nTransfer-Encoding: chunked\r\nUser-Agent: a "b"\r\n\r\n5\r\n12345\r\n0\r\n\r\n',
    ),
  );
  const line = await stage.line();
  assert.match(line["client"]!, /^127\.0\.0\.1:\d+$/);
  assert.match(line["trace_id"]!, /^"Root=1-[0-9a-f]{8}-[0-9a-f]{24}"$/);
  for (const name of ["request_time", "target_time", "response_time"])
    assert.match(line[name]!, /^\d\.\d{3}$/);
  assert.equal(line["received"], String(POST.length + 5));
  const { type, request, agent, actions, priority, node, domain, certificate } = line;
  assert.deepEqual(
    { type, request, agent, actions, priority, node, domain, certificate },
    {
      type: "http",
      request: '"POST http://shop.example:80/a?b HTTP/1.1"',
      agent: '"a \\x22b\\x22"',
      actions: '"forward"',
      priority: "0",
      node: "192.0.2.1",
      domain: '"-"',
      certificate: '"-"',
    },
  );
  assert.deepEqual(
    [line["elb_status"], line["target_status"], line["target"], line["target_list"]],
    ["201", "201", `127.0.0.1:${backend.port}`, `"127.0.0.1:${backend.port}"`],
  );
});

const POST =
  'POST /a?b HTTP/1.1\r\nHost: shop.example\r\nConnection: close\r\nTransfer-Encoding: chunked\r\nUser-Agent: a "b"\r\n\r\n';

test("what a balancer answers itself has its request's identifier and size, and no times", async (context) => {
  const stage = logged(context);
  const rules = [
    {
      arn: "one",
      priority: 7,
      conditions: [{ field: "path-pattern" as const, values: ["/old"] }],
      action: {
        type: "redirect" as const,
        status: 301 as const,
        protocol: "HTTPS",
        host: "#{host}",
        port: "443",
        path: "/#{path}",
        query: "#{query}",
      },
    },
    defaultRule({ type: "fixed-response", status: 404, contentType: "text/plain", body: "" }),
  ];
  await stage.configure({ accessLog: true, listeners: [listener(rules)] });
  await stage.get("/old", { rawHeaders: ["Host", "abc.com", "X-Amzn-Trace-Id", "Root=1-2-3"] });
  const redirected = await stage.line();
  assert.match(redirected["trace_id"]!, /^"Self=1-[0-9a-f-]+;Root=1-2-3"$/);
  assert.equal(redirected["redirect"], '"https://abc.com:443/old"');
  assert.deepEqual(
    ["request_time", "target_time", "response_time", "elb_status", "target_status", "priority"].map(
      (name) => redirected[name],
    ),
    ["-1", "-1", "-1", "301", "-", "7"],
  );
  assert.equal(redirected["actions"], '"redirect"');
  // HTTP/1.0 can do without Host.
  const socket = await say(stage.port, "GET / HTTP/1.0\r\n\r\n");
  await heard(socket);
  const fixed = await stage.line();
  assert.equal(fixed["request"], '"GET http://lb-1.us-east-1.elb.localhost:80/ HTTP/1.0"');
  assert.equal(fixed["received"], "18");
  assert.deepEqual(
    [fixed["elb_status"], fixed["actions"], fixed["priority"]],
    ["404", '"fixed-response"', "0"],
  );
  assert.match(fixed["trace_id"]!, /^"Root=/);
  // All of it was processed, as the lines have it.
  const nodes = Object.values((await stage.report()).zones);
  assert.equal(
    nodes.reduce((sum, { processedBytes }) => sum + processedBytes, 0),
    [redirected, fixed].reduce(
      (sum, { received, sent }) => sum + Number(received) + Number(sent),
      0,
    ),
  );
});

test("requests that cannot be read are logged as well", async (context) => {
  const stage = logged(context);
  const backend = await stage.backend(() => ({ status: 200, headers: {} }));
  await stage.forwardTo([target(backend)], {}, { accessLog: true });
  const unread = async (text: string) => {
    const answer = await heard(await say(stage.port, text));
    const line = await stage.line();
    assert.equal(line["elb_status"], answer.slice(9, 12));
    assert.equal(line["request"], '"- http://lb-1.us-east-1.elb.localhost:80- -"');
    assert.deepEqual(
      ["target", "agent", "group", "trace_id", "priority", "actions", "received"].map(
        (name) => line[name],
      ),
      ["-", '"-"', "-", '"-"', "-", '"-"', "0"],
    );
    assert.match(line["connection"]!, /^TID_[0-9a-f]{32}$/);
    return line["elb_status"];
  };
  assert.equal(await unread("nonsense\r\n\r\n"), "400");
  assert.equal(await unread(`GET /${"a".repeat(17_000)} HTTP/1.1\r\nHost: a\r\n\r\n`), "414");
  assert.equal(
    await unread(`GET / HTTP/1.1\r\nHost: a\r\nA: ${"a".repeat(17_000)}\r\n\r\n`),
    "400",
  );
  const many = Array.from({ length: 10 }, (_none, at) => `A${at}: ${"a".repeat(7000)}\r\n`).join(
    "",
  );
  assert.equal(await unread(`GET / HTTP/1.1\r\nHost: a\r\n${many}\r\n`), "400");
  assert.equal(await unread("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"), "505");
});

test("a WebSocket is one line when it ends, with what passed either way", async (context) => {
  const stage = logged(context);
  const server = createServer((socket) => {
    socket.once("data", () => {
      socket.write(
        "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n",
      );
      socket.on("data", (piece: Buffer) => socket.write(Buffer.concat([piece, piece, piece])));
    });
    socket.on("error", () => {});
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  context.after(() => server.close());
  const { port } = server.address() as { port: number };
  await stage.forwardTo([target({ port })], {}, { accessLog: true });
  const head = "GET / HTTP/1.1\r\nHost: a\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n";
  const socket = await say(stage.port, head);
  await once(socket, "data");
  socket.write("12345");
  await once(socket, "data");
  assert.deepEqual(await stage.plane.accessLogs(), []);
  socket.end();
  const line = await stage.line();
  assert.deepEqual(
    [line["type"], line["elb_status"], line["target_status"], line["received"]],
    ["ws", "101", "101", String(head.length + 5)],
  );
  assert.ok(Number(line["sent"]) > 15);
});

test("a client of IPv6 has no brackets, as in AWS's logs, but for its port in X-Forwarded-For", async (context) => {
  if (!hasIpv6()) return context.skip("this machine has no IPv6");
  const stage = logged(context);
  let told: string | undefined;
  const backend = await stage.backend(({ headers }) => {
    told = headers["x-forwarded-for"];
    return { status: 200, headers: {} };
  });
  const changes = { ipv6: true, accessLog: true, forwardedForPort: true };
  const [bound] = await stage.forwardTo([target(backend)], {}, changes);
  const text = "GET / HTTP/1.1\r\nHost: [::1]\r\nConnection: close\r\n\r\n";
  const socket = await say(bound!.ipv6!.port, text, "::1");
  const { localPort } = socket;
  await heard(socket);
  const line = await stage.line();
  assert.equal(line["client"], `::1:${localPort}`);
  assert.equal(line["request"], '"GET http://[::1]:80/ HTTP/1.1"');
  assert.equal(told, `[::1]:${localPort}`);
});

test("a function has no address, and its failure a reason", async (context) => {
  const stage = logged(context);
  let fails = false;
  const bridge = await stage.backend(() =>
    fails
      ? {
          status: 502,
          headers: {
            [failureField]: failureText({ fault: "user", reason: "LambdaInvalidResponse" }),
          },
        }
      : { status: 200, headers: {}, body: "x" },
  );
  await stage.forwardTo([target(bridge)], { functions: true }, { accessLog: true });
  await stage.get("/");
  const good = await stage.line();
  const seen = ["target", "elb_status", "target_status", "target_list", "status_list"];
  assert.deepEqual(
    seen.map((name) => good[name]),
    ["-", "200", "200", '"-"', '"-"'],
  );
  fails = true;
  await stage.get("/");
  const bad = await stage.line();
  assert.deepEqual(
    [...seen, "error_reason"].map((name) => bad[name]),
    ["-", "502", "-", '"-"', '"-"', '"LambdaInvalidResponse"'],
  );
  assert.match(bad["target_time"]!, /^\d\.\d{3}$/);
});

test("TLS: the name of the handshake and the certificate that was shown", async (context) => {
  const stage = logged(context);
  const backend = await stage.backend(() => ({ status: 200, headers: {} }));
  const tls = tlsConfig(["a.example", "b.example"]);
  tls.certificates.forEach((certificate, index) => (certificate.arn = `arn:${index}`));
  await stage.configure({
    accessLog: true,
    listeners: [secure(tls, [defaultRule(forward("tg"))])],
    targetGroups: [{ ...targetGroup, targets: [target(backend)] }],
  });
  const ask = async (options: object) => {
    const socket = await handshake(stage.port, { maxVersion: "TLSv1.2", ...options });
    const session = socket.getSession();
    await talk(socket);
    const line = await stage.line();
    assert.equal(line["type"], "https");
    return { seen: [line["domain"], line["certificate"]], session };
  };
  const { seen, session } = await ask({ servername: "b.example" });
  assert.deepEqual(seen, ['"b.example"', '"arn:1"']);
  const again = await ask({ servername: "b.example", session });
  // Of a session that goes on the name is not heard again: the request's Host stands for it.
  assert.deepEqual(again.seen, ['"a.example"', '"session-reused"']);
  const unknown = { servername: "c.example", rejectUnauthorized: false };
  assert.deepEqual((await ask(unknown)).seen, ['"-"', '"arn:0"']);
  const unnamed = { servername: "", rejectUnauthorized: false };
  assert.deepEqual((await ask(unnamed)).seen, ['"-"', '"arn:0"']);
});

test("clients that leave, and targets that do", async (context) => {
  const stage = logged(context);
  let acts: (socket: Socket) => void = () => {};
  const server = createServer((socket) => {
    socket.on("error", () => {});
    socket.once("data", () => acts(socket));
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  context.after(() => server.close());
  const { port } = server.address() as { port: number };
  await stage.forwardTo([target({ port })], {}, { accessLog: true });
  const times = ["request_time", "target_time", "response_time"];
  const whole = "GET / HTTP/1.1\r\nHost: a\r\n\r\n";
  const part = "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 100000\r\n\r\nab";
  // A short body is waited for before a target hears of it.
  const short = await say(stage.port, part.replace("100000", "100"));
  short.end();
  assert.match(await heard(short), /^HTTP\/1\.1 400 /);
  const early = await stage.line();
  assert.deepEqual(
    [early["elb_status"], early["target"], early["request"]],
    ["400", "-", '"POST http://a:80/ HTTP/1.1"'],
  );
  for (const [text, status] of [
    [whole, "460"],
    [part, "400"],
  ] as const) {
    const reached = new Promise<void>((resolve) => (acts = () => resolve()));
    const client = await say(stage.port, text);
    const { localPort } = client;
    await reached;
    client.destroy();
    const line = await stage.line();
    assert.equal(line["client"], `127.0.0.1:${localPort}`);
    assert.deepEqual([line["elb_status"], line["target_status"], line["sent"]], [status, "-", "0"]);
    assert.equal(line["target"], `127.0.0.1:${port}`);
    assert.deepEqual(
      times.map((name) => line[name]),
      ["-1", "-1", "-1"],
    );
  }
  acts = (socket) => socket.resetAndDestroy();
  await stage.get("/");
  const broken = await stage.line();
  assert.deepEqual([broken["elb_status"], broken["response_time"]], ["502", "-1"]);
  assert.match(broken["target_time"]!, /^\d\.\d{3}$/);
});
