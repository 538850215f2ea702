import assert from "node:assert/strict";
import { test } from "node:test";
import { emptyBody, type HttpRequest } from "./http.ts";
import { faultOf } from "./http2-faults.ts";

const limits = { requestLineBytes: 100, fieldBytes: 100, headBytes: 300 };

function fault(method: string, target: string, ...rawHeaders: string[]) {
  const request: Partial<HttpRequest> = { method, target, rawHeaders, body: emptyBody };
  return faultOf(request as HttpRequest, limits);
}

test("targets are what they may be in HTTP/1.1", () => {
  for (const target of ["/", "/a?b=c%20d#e", "//x", `/${"a".repeat(80)}`])
    assert.equal(fault("GET", target), undefined, target);
  assert.equal(fault("OPTIONS", "*"), undefined);
  assert.equal(fault("CONNECT", "a.example:443"), undefined);
  for (const target of ["", "a", "?q", "/a b", "/\xe9", "https://a.example/", "/a\r\nX: y"])
    assert.equal(fault("GET", target), 400, target);
});

test("what is too long for HTTP/1.1 is so for HTTP/2", () => {
  assert.equal(fault("GET", `/${"a".repeat(90)}`), 414);
  assert.equal(fault("GET", "/", "x", "y".repeat(100)), undefined);
  assert.equal(fault("GET", "/", "x", "y".repeat(101)), 431);
  const many = ["a", "b", "c"].flatMap((name) => [name, "y".repeat(99)]);
  assert.equal(fault("GET", "/", ...many), 431);
});
