import assert from "node:assert/strict";
import { test } from "node:test";
import { addressHere } from "./deploy.ts";

const cases: [output: string, here: string | undefined][] = [
  ["http://web-1.us-east-1.elb.localhost", "http://web-1.us-east-1.elb.localhost:4566/"],
  ["web-1.us-east-1.elb.localhost", "http://web-1.us-east-1.elb.localhost:4566/"],
  [
    "http://web-1.us-east-1.elb.localhost:8080/a?b",
    "http://web-1.us-east-1.elb.localhost:4566/a?b",
  ],
  ["https://web-1.us-east-1.elb.localhost", undefined],
  ["web-1.us-east-1.elb.localhost, or another", undefined],
  ["http://127.0.0.1:4566/000000000000/orders", undefined],
];

for (const [output, here] of cases)
  test(`the output ${output} ${here ? `answers at ${here}` : "names no load balancer"}`, () => {
    assert.equal(addressHere(output, "http://127.0.0.1:4566"), here);
  });

test("on the port that names need not say nothing is added", () => {
  assert.equal(addressHere("web-1.us-east-1.elb.localhost", "http://127.0.0.1:80"), undefined);
});
