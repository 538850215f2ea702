import assert from "node:assert/strict";
import { describe, test } from "node:test";
import type { ServiceConstraints } from "#model/constraints/facts.ts";
import {
  judgeConstraints,
  judgeGeneratedData,
  judgeInstanceTypes,
  judgeResourceSchemas,
} from "../tools/generated-data.ts";

const own: Pick<ServiceConstraints, "source" | "operations"> = {
  source: "botocore 1.43.11, sqs 2012-11-05",
  operations: { SendMessage: "Request" },
};
const known = new Map([["sqs", ["SendMessage"]]]);

describe("data extracted from AWS's models", () => {
  test("goes with the code and the SDK", async () => {
    assert.deepEqual(await judgeGeneratedData(), []);
  });

  test("constraints for an operation that the SDK does not have are noticed", () => {
    const stale = { ...own, operations: { SendPigeon: "Request" } };
    assert.match(judgeConstraints(new Map([["sqs", stale]]), known).join(), /SendPigeon/);
  });

  test("a service without constraints is noticed", () => {
    assert.match(judgeConstraints(new Map(), known).join(), /sqs has no constraints/);
  });

  test("constraints from two releases are noticed", () => {
    const both = new Map<string, typeof own>([
      ["sqs", own],
      ["sns", { source: "botocore 1.0.0, sns 2010-03-31", operations: {} }],
    ]);
    const operations = new Map<string, readonly string[]>(known).set("sns", []);
    assert.match(judgeConstraints(both, operations).join(), /several releases/);
  });

  test("a resource type without a schema, and a schema without a type, are noticed", () => {
    const said = judgeResourceSchemas(["AWS::SQS::Queue"], ["AWS::SNS::Topic"]);
    assert.equal(said.length, 2);
  });

  test("an instance type without memory, and a usual one that is missing, are noticed", () => {
    const said = judgeInstanceTypes([{ name: "t3.micro", cpus: 2, mebibytes: 0 }]).join("\n");
    assert.match(said, /t3\.micro has no processors or no memory/);
    assert.match(said, /there is no instance type t3\.small/);
  });
});
