import assert from "node:assert/strict";
import { test } from "node:test";
import { parsePattern } from "./pattern.ts";

/** https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/FilterAndPatternSyntax.html */
const event = JSON.stringify({
  eventType: "UpdateTrail",
  sourceIPAddress: "111.111.111.111",
  arrayKey: ["value", "another value"],
  objectList: [
    { name: "a", id: 1 },
    { name: "b", id: 2 },
  ],
  SomeObject: null,
  cluster: { name: "c" },
  "cluster.name": "dotted",
  ThisFlag: true,
  bandwidth: 75,
  errorMessage: "Access denied by policy",
});
const line =
  '127.0.0.1 Prod frank [10/Oct/2000:13:25:15 -0700] "GET /index.html HTTP/1.0" 404 1534';

const patterns: [pattern: string, message: string, matches: boolean][] = [
  ["", "anything", true],
  ["ERROR", "[ERROR 400] BAD REQUEST", true],
  ["ERROR ARGUMENTS", "[ERROR 400] MISSING ARGUMENTS", true],
  ["ERROR ARGUMENTS", "[ERROR 400] BAD REQUEST", false],
  ["?ERROR ?ARGUMENTS", "MISSING ARGUMENTS", true],
  ["ERROR -ARGUMENTS", "[ERROR 400] MISSING ARGUMENTS", false],
  ['"INTERNAL SERVER ERROR"', "[ERROR 500] INTERNAL SERVER ERROR", true],
  ['"INTERNAL SERVER ERROR"', "SERVER INTERNAL ERROR", false],
  ["%4\\d\\d%", "status 404", true],
  ['{ $.eventType = "UpdateTrail" }', event, true],
  ["{ $.eventType = UpdateTrail }", event, true],
  ['{ $.eventType != "UpdateTrail" }', event, false],
  ["{ $.sourceIPAddress = 111.111.* }", event, true],
  ["{ $.sourceIPAddress != 123.123.* }", event, true],
  ['{ $.arrayKey[0] = "value" }', event, true],
  ["{ $.arrayKey[1] = value }", event, false],
  ["{ $.objectList[1].id = 2 }", event, true],
  ["{ $.objectList[*].id = 2 }", event, true],
  ["{ $.SomeObject IS NULL }", event, true],
  ["{ $.SomeOtherObject NOT EXISTS }", event, true],
  ["{ $.ThisFlag IS TRUE }", event, true],
  ["{ $.ThisFlag IS FALSE }", event, false],
  ["{ $.bandwidth > 75 }", event, false],
  ["{ $.bandwidth >= 75 && $.bandwidth < 7.6e1 }", event, true],
  ["{ $.eventType = %Trail$% }", event, true],
  ['{ $.errorMessage = "*denied*" }', event, true],
  ['{ $.cluster.name = "c" }', event, true],
  ['{ $.["cluster.name"] = "dotted" }', event, true],
  ['{ $.missing != "x" }', event, false],
  ['{ ($.cluster.name = "x" || $.bandwidth = 75) && $.ThisFlag IS TRUE }', event, true],
  ['{ $.cluster.name = "c" || $.bandwidth = 1 && $.ThisFlag IS FALSE }', event, true],
  ["{ $.bandwidth = 75 }", "no JSON", false],
  ["[ip, server, username, timestamp, request, status_code, bytes]", line, true],
  ["[ip, server, username, timestamp, request, status_code]", line, false],
  ["[ip, server, username, timestamp, request =*.html*, status_code = 4*, bytes]", line, true],
  ["[..., status_code = 404, bytes > 1000]", line, true],
  ["[ip != 10.*, ...]", line, true],
  ["[..., status_code = 500 || status_code = 404, bytes > 1 && bytes < 1000]", line, false],
];
for (const [pattern, message, matches] of patterns)
  test(`the pattern ${pattern || "(empty)"} ${matches ? "finds" : "passes over"} "${message.slice(0, 40)}"`, () => {
    assert.equal(parsePattern(pattern)(message) !== undefined, matches);
  });

test("a match tells the values of what its pattern names", () => {
  const json = parsePattern("{ $.bandwidth > 0 && $.objectList[0].name = a }")(event)!;
  assert.deepEqual(json.named, { "$.bandwidth": "75", "$.objectList[0].name": "a" });
  assert.equal(json.valueOf("$.cluster.name"), "c");
  const fields = parsePattern("[ip, ..., status = 4*, bytes]")(line)!;
  assert.deepEqual(fields.named, { $ip: "127.0.0.1", $status: "404", $bytes: "1534" });
});

for (const broken of [
  "{ $.a = }",
  "{ a = 1 }",
  "{ $.a > x }",
  "{ ($.a = 1 }",
  "[a, ..., ...]",
  "{",
  "%(%",
])
  test(`the pattern ${broken} is refused`, () => {
    assert.throws(() => parsePattern(broken), { code: "InvalidParameterException" });
  });
