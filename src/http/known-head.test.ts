import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { joinFields } from "./fields.ts";
import { readRequestHead, type RequestHead } from "./head.ts";
import { defaultLimits } from "./http.ts";
import { KnownHead } from "./known-head.ts";
import { HttpSyntaxError, readRequestLine } from "./syntax.ts";

type Reading = Omit<RequestHead, "lowerNames"> | { status: number } | undefined;

/** What a connection that knew the heads before reads in each of them, and what one that knows none does. */
function readAll(heads: readonly string[]): { known: Reading[]; unknown: Reading[]; met: number } {
  const kept = new KnownHead(readRequestLine);
  let met = 0;
  const read = (text: string, known?: KnownHead<ReturnType<typeof readRequestLine>>): Reading => {
    try {
      const head = readRequestHead(Buffer.from(text, "latin1"), defaultLimits, known);
      if (!head) return undefined;
      const { lowerNames, ...rest } = head;
      if (lowerNames) {
        met++;
        assert.deepEqual(joinFields(rest.rawHeaders, lowerNames), joinFields(rest.rawHeaders));
      }
      return rest;
    } catch (error) {
      assert.ok(error instanceof HttpSyntaxError);
      return { status: error.status };
    }
  };
  return {
    known: heads.map((text) => read(text, kept)),
    unknown: heads.map((text) => read(text)),
    get met() {
      return met;
    },
  };
}

const call = (date: string, signature: string) =>
  `POST / HTTP/1.1\r\nHost: localhost\r\nX-Amz-Date: ${date}\r\nContent-Type: text/plain\r\nAuthorization: AWS4 Signature=${signature}\r\nContent-Length: 3\r\n\r\nabc`;

test("the third head of a make is met as one that is known, whatever its values", () => {
  const { known, unknown, met } = readAll([
    call("20260101T000000Z", "aa"),
    call("20260101T000000Z", "ab"),
    call("20260101T000001Z", "b"),
    call("20260101T000002Z", ""),
    call("20260101T000002Z", "a value with blanks \t "),
  ]);
  assert.deepEqual(known, unknown);
  assert.equal(met, 2);
});

test("what is no head of the make that is known is read as ever", () => {
  const usual = call("20260101T000000Z", "aa");
  const others = [
    usual.replace("POST / ", "GET /a?b=c "),
    usual.replace("POST / ", "POST http://elsewhere/x "),
    usual.replace("localhost", "local/host"),
    usual.replace("aa", "a\x01a"),
    usual.replace("aa", "a\ra"),
    usual.replace("aa\r\n", "aa\n"),
    usual.replace("aa", "aa\r\n folded"),
    usual.replace("Host", "HOST"),
    usual.replace("Host: ", "Host:"),
    usual.replace("Host: ", "Host: \t"),
    usual.replace("Content-Type: text/plain\r\n", ""),
    usual.replace("Content-Length: 3", "Content-Length: x"),
    usual.replace("Content-Length: 3\r\n", "Content-Length: 3\r\nContent-Length: 3\r\n"),
    usual.replace("Content-Length: 3\r\n\r\nabc", ""),
    usual.replace("HTTP/1.1", "HTTP/2.0"),
    `\r\n${usual}`,
    usual.slice(0, 60),
    `${usual.slice(0, -7)}x: ${"y".repeat(70_000)}\r\n\r\n`,
  ];
  for (const other of others) {
    const { known, unknown } = readAll([usual, call("2", "b"), call("3", "c"), other, usual]);
    assert.deepEqual(known, unknown, JSON.stringify(other.slice(0, 300)));
  }
});

test("heads in any order are read as if none had been known", () => {
  const value = fc.string({
    unit: fc.constantFrom("a", "b", " ", "\t", ",", "\x00", "\r", "\n", ":", "\xe9"),
  });
  const name = fc.constantFrom(
    "A",
    "a",
    "Host",
    "x-b",
    "Content-Length",
    "Cookie",
    "Transfer-Encoding",
  );
  const line = fc
    .tuple(name, fc.constantFrom(":", ": ", " :", ":\t"), value)
    .map((parts) => parts.join(""));
  const start = fc.constantFrom("GET / HTTP/1.1", "GET /b HTTP/1.1", "POST / HTTP/1.0", "GET  /");
  const head = fc
    .tuple(start, fc.array(line, { maxLength: 4 }))
    .map(([first, lines]) => [first, "Host: a", ...lines, "", ""].join("\r\n"));
  const alike = fc
    .tuple(start, fc.array(value, { maxLength: 6 }))
    .map(([first, values]) =>
      values.map((one, index) => `${first}\r\nHost: a\r\nB: ${one}${index}\r\nC:${one}\r\n\r\n`),
    );
  fc.assert(
    fc.property(fc.oneof(fc.array(head, { maxLength: 8 }), alike), (heads) => {
      const { known, unknown } = readAll(heads);
      assert.deepEqual(known, unknown);
    }),
    { numRuns: 2000 },
  );
});

test("a field's name reaches nothing that objects have", () => {
  for (const name of ["constructor", "__proto__", "toString", "hasOwnProperty"]) {
    assert.equal(joinFields([])[name], undefined);
    assert.equal(joinFields([name, "a", name, "b"])[name.toLowerCase()], "a, b");
    assert.equal(({} as Record<string, unknown>)["a"], undefined);
  }
});
