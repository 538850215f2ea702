import assert from "node:assert/strict";
import { test } from "node:test";
import { plan } from "./plan.ts";
import type { CommandRecord, InvocationRecord } from "./records.ts";
import { commandStatus, shareOf } from "./status.ts";

const command: CommandRecord = {
  commandId: "c",
  documentName: "AWS-RunShellScript",
  documentVersion: "$DEFAULT",
  comment: "",
  parameters: {},
  instanceIds: [],
  targets: [],
  steps: [],
  requestedMs: 0,
  expiresMs: 7_200_000,
  deliverySeconds: 3600,
  maxConcurrency: "2",
  maxErrors: "1",
  told: "",
};

const run = (status: InvocationRecord["status"], details: string = status): InvocationRecord => ({
  commandId: "c",
  instanceId: "i",
  instanceName: "",
  requestedMs: 0,
  status,
  details,
  plugins: [],
});
const waiting = run("Pending");
const failed = run("Failed");

test("so many run at a time as the command allows, and none after too many errors", () => {
  const cases: [string, Partial<CommandRecord>, InvocationRecord[], number, string[]][] = [
    ["two of three", {}, [waiting, waiting, waiting], 2, []],
    ["one is under way", {}, [run("InProgress"), waiting, waiting], 1, []],
    ["one error is allowed", {}, [failed, waiting], 2, []],
    ["two are not", {}, [failed, failed, waiting], 0, ["Terminated"]],
    [
      "what was never delivered is no error",
      { maxErrors: "0" },
      [run("TimedOut", "DeliveryTimedOut"), waiting],
      2,
      [],
    ],
    ["a tenth, but one at least", { maxConcurrency: "10%" }, [waiting, waiting], 1, []],
    ["called off", { cancelled: true }, [waiting, run("InProgress")], 0, ["Cancelled"]],
  ];
  for (const [name, changes, runs, slots, settled] of cases) {
    const found = plan({ ...command, ...changes }, runs, 1000);
    assert.deepEqual(
      [found.slots, found.settled.map(({ details }) => details)],
      [slots, settled],
      name,
    );
  }
  const late = plan(command, [waiting], 3_600_000);
  assert.deepEqual(
    late.settled.map(({ details }) => details),
    ["DeliveryTimedOut"],
  );
});

test("a command's status follows from its invocations", () => {
  const cases: [InvocationRecord[], string, string][] = [
    [[], "Success", "NoInstancesInTag"],
    [[waiting, waiting], "Pending", "Pending"],
    [[run("Success"), waiting], "InProgress", "InProgress"],
    [[run("Success"), failed], "Failed", "Incomplete"],
    [[failed, failed], "Failed", "Failed"],
    [
      [run("TimedOut", "ExecutionTimedOut"), run("TimedOut", "ExecutionTimedOut")],
      "TimedOut",
      "ExecutionTimedOut",
    ],
    [[run("TimedOut", "DeliveryTimedOut")], "TimedOut", "DeliveryTimedOut"],
    [[run("Failed", "Undeliverable")], "Failed", "Undeliverable"],
  ];
  for (const [runs, status, details] of cases)
    assert.deepEqual(commandStatus(command, runs), { status, details });
  assert.equal(shareOf("10%", 50, 0), 5);
});
