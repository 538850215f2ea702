/** The engine of our own answers as node:http does, wherever node:http is strict as well. */
import assert from "node:assert/strict";
import { after, test } from "node:test";
import fc from "fast-check";
import { createWall } from "#runtime/wall.ts";
import { readBody, type HttpHandler } from "./http.ts";
import { serveWithNode } from "./node-server.ts";
import { serve } from "./server.ts";
import { connectRaw } from "./testing/raw-client.ts";

const wall = createWall((error) => {
  throw error;
});
const handler: HttpHandler = async (request) => ({
  status: 200,
  headers: {},
  body: JSON.stringify([
    request.method,
    request.target,
    Object.entries(request.headers)
      .filter(([, value]) => value !== undefined)
      .toSorted(([a], [b]) => (a < b ? -1 : 1)),
    request.rawHeaders,
    String(await readBody(request.body, 1_000_000)),
  ]),
});
const options = { host: "127.0.0.1", port: 0, wall, handler };
const servers = await Promise.all([serve(options), serveWithNode(options)]);
after(() => Promise.all(servers.map((server) => server.close(0))));

/** Statuses and bodies of the answers; what is about framing and dates may differ. */
async function answersOf(port: number, bytes: string): Promise<string[]> {
  const client = await connectRaw(port);
  client.write(Buffer.from(bytes, "latin1"));
  client.socket.end();
  const text = await client.ended();
  return text
    .split(/(?=HTTP\/1\.1 \d\d\d )/)
    .filter((part) => part !== "")
    .map((part) => {
      const status = part.slice(9, 12);
      return status === "200"
        ? `200 ${part.slice(part.indexOf("[")).replace(/\r\n0\r\n\r\n$/, "")}`
        : status;
    });
}

const name = fc
  .stringMatching(/^[A-Za-z][A-Za-z0-9-]{0,12}$/)
  .filter(
    (text) =>
      !/^(host|connection|content-length|expect|upgrade|transfer-encoding|te|trailer|cookie|set-cookie)$/i.test(
        text,
      ),
  );
const value = fc.stringMatching(/^[!-~]([ -~]{0,20}[!-~])?$/);
const request = fc
  .record({
    method: fc.constantFrom("GET", "POST", "PUT", "DELETE", "OPTIONS", "PATCH"),
    target: fc.stringMatching(/^\/[A-Za-z0-9/._~%-]{0,20}(\?[A-Za-z0-9=&]{0,10})?$/),
    fields: fc.array(fc.tuple(name, value), { maxLength: 6 }),
    body: fc.option(fc.stringMatching(/^[ -~]{0,60}$/), { nil: undefined }),
    chunked: fc.boolean(),
  })
  .map(({ method, target, fields, body, chunked }) => {
    const lines = fields.map(([key, text]) => `${key}: ${text}\r\n`).join("");
    const head = `${method} ${target} HTTP/1.1\r\nHost: a\r\n${lines}`;
    if (body === undefined) return `${head}\r\n`;
    if (!chunked) return `${head}Content-Length: ${body.length}\r\n\r\n${body}`;
    const chunk = body === "" ? "" : `${body.length.toString(16)}\r\n${body}\r\n`;
    return `${head}Transfer-Encoding: chunked\r\n\r\n${chunk}0\r\n\r\n`;
  });

test("valid requests, pipelined, are understood as node:http understands them", async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(request, { minLength: 1, maxLength: 3 }), async (requests) => {
      const bytes = requests.join("");
      const [own, node] = await Promise.all(servers.map(({ port }) => answersOf(port, bytes)));
      assert.deepEqual(own, node);
    }),
    { numRuns: 100 },
  );
});

test("what node:http refuses is refused here too", async () => {
  const bad = [
    "GET / HTTP/1.1\r\n\r\n",
    "GET / HTTP/1.1\r\nHost: a\r\nA : b\r\n\r\n",
    "GET / HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n",
    "GET / HTTP/1.1\r\nHost: a\r\nContent-Length: x\r\n\r\n",
    "GET / HTTP/1.1\r\nHost: a\r\nA: b\0\r\n\r\n",
    "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\ng\r\n",
    "\0\0\0\r\n\r\n",
  ];
  for (const bytes of bad) {
    const [own, node] = await Promise.all(servers.map(({ port }) => answersOf(port, bytes)));
    assert.deepEqual(own, node, JSON.stringify(bytes));
    assert.match(String(own), /^4\d\d$/, JSON.stringify(bytes));
  }
});
