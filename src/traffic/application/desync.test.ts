import assert from "node:assert/strict";
import { test } from "node:test";
import { createConnection } from "node:net";
import type { HttpRequest } from "#http/http.ts";
import { classify, treat } from "./desync.ts";
import { createStage, target } from "./testing/stage.ts";

const reasonOf = (method: string, ...rawHeaders: string[]) =>
  classify({ method, rawHeaders: ["Host", "a", ...rawHeaders] } as unknown as HttpRequest)?.reason;

test("requests are classed as AWS classes them", () => {
  assert.equal(reasonOf("POST", "Content-Length", "5"), undefined);
  assert.equal(reasonOf("POST", "Transfer-Encoding", "chunked"), undefined);
  assert.equal(reasonOf("GET", "Content-Type", "text/plain", "Accept-Encoding", "gzip"), undefined);
  assert.equal(reasonOf("GET", "Content-Length", "0"), "GetHeadZeroContentLength");
  assert.equal(reasonOf("GET", "Content-Length", "5"), "UndefinedContentLengthSemantics");
  assert.equal(
    reasonOf("HEAD", "Transfer-Encoding", "chunked"),
    "UndefinedTransferEncodingSemantics",
  );
  assert.equal(reasonOf("POST", "Transfer_Encoding", "chunked"), "SuspiciousHeader");
  assert.equal(reasonOf("POST", "Content--Length", "5"), "SuspiciousHeader");
});

test("the modes let through what AWS lets through", () => {
  const ambiguous = { tier: "Ambiguous", reason: "SuspiciousHeader" } as const;
  const acceptable = { tier: "Acceptable", reason: "GetHeadZeroContentLength" } as const;
  assert.deepEqual(treat("monitor", ambiguous), { allowed: true, closes: false });
  assert.deepEqual(treat("defensive", ambiguous), { allowed: true, closes: true });
  assert.deepEqual(treat("defensive", acceptable), { allowed: true, closes: false });
  assert.deepEqual(treat("strictest", acceptable), { allowed: false, closes: true });
});

test("an ambiguous request ends both of its connections, or is refused, and is counted", async (context) => {
  const stage = createStage(context);
  const seen: (string | undefined)[] = [];
  const backend = await stage.backend(({ headers }) => {
    seen.push(headers["connection"]);
    return { status: 200, headers: {}, body: "taken" };
  });
  const say = (port: number) =>
    new Promise<string>((resolve, reject) => {
      const socket = createConnection({ host: "127.0.0.1", port });
      let text = "";
      socket.on("data", (piece) => (text += String(piece)));
      socket.on("end", () => resolve(text));
      socket.on("error", reject);
      socket.write("GET / HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\n\r\nx");
    });
  await stage.forwardTo([target(backend)]);
  const passed = await say(stage.port);
  assert.match(passed, /^HTTP\/1.1 200 [\s\S]*Connection: close[\s\S]*taken$/);
  assert.deepEqual(seen, ["close"]);
  await stage.forwardTo([target(backend)], {}, { desync: "strictest" });
  assert.match(await say(stage.port), /^HTTP\/1.1 400 /);
  const { zones } = await stage.report();
  const counted = Object.values(zones).reduce((sum, node) => sum + node.nonCompliantRequests, 0);
  assert.equal(counted, 2);
});
