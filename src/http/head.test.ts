import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { readRequestHead, readResponseHead } from "./head.ts";
import { defaultLimits } from "./http.ts";
import { HttpSyntaxError } from "./syntax.ts";

const host = "Host: a\r\n";
const read = (text: string) => readRequestHead(Buffer.from(text, "latin1"), defaultLimits);

const accepted: [name: string, text: string, expected: object][] = [
  ["a plain request", `GET / HTTP/1.1\r\n${host}\r\n`, { method: "GET", target: "/" }],
  ["empty lines ahead", `\r\n\r\nGET / HTTP/1.1\r\n${host}\r\n`, { method: "GET" }],
  ["a query", `GET /a?b=c&d HTTP/1.1\r\n${host}\r\n`, { target: "/a?b=c&d" }],
  ["HTTP/1.0 without Host", "GET / HTTP/1.0\r\n\r\n", { version: "1.0" }],
  ["OPTIONS *", `OPTIONS * HTTP/1.1\r\n${host}\r\n`, { target: "*" }],
  ["CONNECT", `CONNECT a:443 HTTP/1.1\r\n${host}\r\n`, { target: "a:443" }],
  ["an unusual method", `M-SEARCH / HTTP/1.1\r\n${host}\r\n`, { method: "M-SEARCH" }],
  [
    "the absolute form, whose authority replaces Host",
    `GET http://b:80/x?y HTTP/1.1\r\n${host}\r\n`,
    { target: "/x?y", rawHeaders: ["Host", "b:80"] },
  ],
  ["an absolute form without path", `GET http://b?y HTTP/1.1\r\n${host}\r\n`, { target: "/?y" }],
  [
    "white space around values, empty values, bytes above 127",
    `GET / HTTP/1.1\r\n${host}A: \t b \t\r\nC:\r\nD:\xe9 x\r\n\r\n`,
    { rawHeaders: ["Host", "a", "A", "b", "C", "", "D", "\xe9 x"] },
  ],
  ["an IPv6 host", "GET / HTTP/1.1\r\nHost: [::1]:80\r\n\r\n", {}],
];
for (const [name, text, expected] of accepted)
  test(`accepted: ${name}`, () => assert.partialDeepStrictEqual(read(text), expected));

const refused: [name: string, text: string, status: number][] = [
  ["no Host in 1.1", "GET / HTTP/1.1\r\n\r\n", 400],
  ["two Hosts", `GET / HTTP/1.1\r\n${host}${host}\r\n`, 400],
  ["a Host that is none", "GET / HTTP/1.1\r\nHost: a/b\r\n\r\n", 400],
  ["a Host with user", "GET / HTTP/1.1\r\nHost: u@b\r\n\r\n", 400],
  ["line feeds alone", `GET / HTTP/1.1\nHost: a\n\n`, 400],
  ["a line feed alone in a head", `GET / HTTP/1.1\r\n${host}A: b\nC: d\r\n\r\n`, 400],
  ["a carriage return alone", `GET / HTTP/1.1\r\n${host}A: b\rC: d\r\n\r\n`, 400],
  ["a folded line", `GET / HTTP/1.1\r\n${host}A: b\r\n c\r\n\r\n`, 400],
  ["white space before the colon", `GET / HTTP/1.1\r\n${host}A : b\r\n\r\n`, 400],
  ["a field without a name", `GET / HTTP/1.1\r\n${host}: b\r\n\r\n`, 400],
  ["a field without a colon", `GET / HTTP/1.1\r\n${host}Ab\r\n\r\n`, 400],
  ["a NUL in a value", `GET / HTTP/1.1\r\n${host}A: b\0c\r\n\r\n`, 400],
  ["a DEL in a value", `GET / HTTP/1.1\r\n${host}A: b\x7f\r\n\r\n`, 400],
  ["a byte above 127 in a name", `GET / HTTP/1.1\r\n${host}\xc4: b\r\n\r\n`, 400],
  ["white space ahead of the first field", `GET / HTTP/1.1\r\n ${host}\r\n`, 400],
  ["two spaces in the request line", `GET  / HTTP/1.1\r\n${host}\r\n`, 400],
  ["a tab in the request line", `GET\t/ HTTP/1.1\r\n${host}\r\n`, 400],
  ["a space in the target", `GET /a b HTTP/1.1\r\n${host}\r\n`, 400],
  ["a byte above 127 in the target", `GET /\xe9 HTTP/1.1\r\n${host}\r\n`, 400],
  ["a relative target", `GET a HTTP/1.1\r\n${host}\r\n`, 400],
  ["* for GET", `GET * HTTP/1.1\r\n${host}\r\n`, 400],
  ["an absolute form with user", `GET http://u@b/ HTTP/1.1\r\n${host}\r\n`, 400],
  ["no version (HTTP/0.9)", `GET /\r\n\r\n`, 400],
  ["HTTP/2.0", `GET / HTTP/2.0\r\n${host}\r\n`, 505],
  ["http/1.1", `GET / http/1.1\r\n${host}\r\n`, 400],
  ["HTTP/1.11", `GET / HTTP/1.11\r\n${host}\r\n`, 400],
  ["TLS on a plain port", "\x16\x03\x01\x02\0\x01\0\x01\xfc\x03\x03\r\n\r\n", 400],
  ["a long request line", `GET /${"a".repeat(40_000)}`, 414],
  ["a long request line that has ended", `GET /${"a".repeat(40_000)} HTTP/1.1\r\n\r\n`, 414],
  ["long fields", `GET / HTTP/1.1\r\n${host}A: ${"b".repeat(70_000)}`, 431],
  [
    "long fields that have ended",
    `GET / HTTP/1.1\r\n${`A: ${"b".repeat(99)}\r\n`.repeat(700)}\r\n`,
    431,
  ],
  ["a negative length", `POST / HTTP/1.1\r\n${host}Content-Length: -1\r\n\r\n`, 400],
  ["a length with a plus", `POST / HTTP/1.1\r\n${host}Content-Length: +1\r\n\r\n`, 400],
  ["a hexadecimal length", `POST / HTTP/1.1\r\n${host}Content-Length: 0x1\r\n\r\n`, 400],
  ["a list of lengths", `POST / HTTP/1.1\r\n${host}Content-Length: 1, 1\r\n\r\n`, 400],
  ["an empty length", `POST / HTTP/1.1\r\n${host}Content-Length:\r\n\r\n`, 400],
  ["a huge length", `POST / HTTP/1.1\r\n${host}Content-Length: 99999999999999999\r\n\r\n`, 400],
  ["two lengths", `POST / HTTP/1.1\r\n${host}Content-Length: 1\r\nContent-length: 2\r\n\r\n`, 400],
];
for (const [name, text, status] of refused)
  test(`refused with ${status}: ${name}`, () =>
    assert.throws(
      () => read(text),
      (error) => error instanceof HttpSyntaxError && error.status === status,
    ));

test("an incomplete head is waited for, wherever it is cut", () => {
  const text = `POST /x HTTP/1.1\r\n${host}Content-Length: 3\r\n\r\n`;
  for (let cut = 0; cut < text.length; cut++) assert.equal(read(text.slice(0, cut)), undefined);
  assert.equal(read(`${text}abc`)?.end, text.length);
});

test("arbitrary bytes give a head, nothing, or a syntax error", () => {
  const pieces = fc.array(
    fc.oneof(
      fc.constantFrom(
        "GET ",
        "/",
        " HTTP/1.1",
        "\r\n",
        "\n",
        "\r",
        ":",
        " ",
        "Host: a",
        "\t",
        "\0",
      ),
      fc.string({ unit: "binary", maxLength: 8 }),
    ),
  );
  fc.assert(
    fc.property(pieces, (list) => {
      const bytes = Buffer.from(list.join(""), "latin1");
      for (const readHead of [readRequestHead, readResponseHead])
        try {
          readHead(bytes, defaultLimits);
        } catch (error) {
          assert.ok(error instanceof HttpSyntaxError, String(error));
        }
    }),
    { numRuns: 2000 },
  );
});

test("status lines are read strictly", () => {
  const status = (text: string) => readResponseHead(Buffer.from(text), defaultLimits)?.status;
  assert.equal(status("HTTP/1.1 200 OK\r\n\r\n"), 200);
  assert.equal(status("HTTP/1.1 200\r\n\r\n"), 200);
  assert.equal(status("HTTP/1.0 404 \r\n\r\n"), 404);
  for (const bad of ["HTTP/1.1 20 OK", "HTTP/1.1  200 OK", "HTTP/2 200", "ICY 200 OK", "hello"])
    assert.throws(() => status(`${bad}\r\n\r\n`), HttpSyntaxError);
});
