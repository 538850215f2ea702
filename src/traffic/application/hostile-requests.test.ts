import assert from "node:assert/strict";
import { connect as connectHttp2 } from "node:http2";
import { test } from "node:test";
import { handshake, secure, tlsConfig } from "./testing/secure-stage.ts";
import { createStage, target, targetGroup, until } from "./testing/stage.ts";

/** https://docs.aws.amazon.com/elasticloadbalancing/latest/application/load-balancer-limits.html#http-headers-quotas */
test("HTTP/2: requests that are too long, or for what is no path, are refused and logged, and others go on", async (context) => {
  const stage = createStage(context);
  const passed: string[] = [];
  const backend = await stage.backend((request) => {
    passed.push(request.target);
    return { status: 200, headers: {} };
  });
  await stage.configure({
    accessLog: true,
    zones: ["us-east-1a"],
    listeners: [secure(tlsConfig(["a.example"]))],
    targetGroups: [{ ...targetGroup, targets: [target(backend)] }],
  });
  const socket = await handshake(stage.port, { ALPNProtocols: ["h2"] });
  const session = connectHttp2("https://a.example", {
    createConnection: () => socket,
    maxSendHeaderBlockLength: 1e6,
  });
  context.after(() => session.destroy());
  const ask = async (fields: Record<string, string>) => {
    const stream = session.request({ ":path": "/", ...fields });
    let status = 0;
    stream.on("error", () => {});
    stream.on("response", (headers) => (status = Number(headers[":status"])));
    stream.resume().end();
    await until(() => stream.destroyed);
    return status;
  };
  const long = "y".repeat(10_000);
  const pieces = Object.fromEntries(["a", "b", "c", "d", "e", "f"].map((name) => [name, long]));
  const cases: [Record<string, string>, number][] = [
    [{ ":path": `/${"y".repeat(17_000)}` }, 414],
    [{ x: "y".repeat(17_000) }, 400],
    [{ ...pieces, g: long }, 400],
    [{ ":scheme": "other", ":path": "nowhere" }, 400],
    [{ ":path": "/caf\xe9" }, 400],
    [pieces, 200],
  ];
  for (const [fields, status] of cases) assert.equal(await ask(fields), status);
  assert.deepEqual(passed, ["/"]);
  const lines = (await stage.plane.accessLogs()).flatMap((log) => log.lines);
  assert.deepEqual(
    lines.map((line) => Number(line.split(" ")[8])),
    cases.map(([, status]) => status),
  );
  assert.deepEqual(stage.errors, []);
});
