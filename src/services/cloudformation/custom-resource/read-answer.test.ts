import assert from "node:assert/strict";
import { test } from "node:test";
import { readAnswer } from "./read-answer.ts";

const good = { Status: "SUCCESS", PhysicalResourceId: "thing-1" };

const faulty: [what: string, answer: unknown, failure: string][] = [
  ["no JSON", "nonsense", "Response is not valid JSON"],
  ["no object", [1], "Response is not valid JSON"],
  ["too long", { ...good, Data: { a: "x".repeat(4096) } }, "Response object is too long."],
  [
    "a status of its own",
    { ...good, Status: "FAILURE" },
    "Invalid Response object: 'FAILURE' is not a valid ResponseStatus",
  ],
  ["no id", { Status: "SUCCESS" }, "Invalid PhysicalResourceId"],
  ["an empty id", { ...good, PhysicalResourceId: "" }, "Invalid PhysicalResourceId"],
  ["a long id", { ...good, PhysicalResourceId: "é".repeat(513) }, "Invalid PhysicalResourceId"],
  [
    "data that is a text",
    { ...good, Data: "x" },
    "Invalid Response object: Value of property Data must be an object",
  ],
  [
    "a failure",
    { ...good, Status: "FAILED", Reason: "no luck" },
    "Received response status [FAILED] from custom resource. Message returned: no luck (RequestId: r-1)",
  ],
];

for (const [what, answer, failure] of faulty)
  test(`an answer that is faulty fails the resource: ${what}`, () => {
    const text = typeof answer === "string" ? answer : JSON.stringify(answer);
    assert.equal(readAnswer(text, "r-1").failure, failure);
  });

test("a good answer names the resource and gives its data", () => {
  const text = JSON.stringify({ ...good, Data: { Port: 7 }, NoEcho: true });
  assert.deepEqual(readAnswer(text, "r-1"), {
    failure: undefined,
    physicalId: "thing-1",
    data: { Port: 7 },
    noEcho: true,
  });
});
